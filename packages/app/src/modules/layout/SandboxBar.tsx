import { useApi } from '@backstage/frontend-plugin-api';
import { Button, DialogTrigger, Popover, Text } from '@backstage/ui';
import { infrastructureApiRef } from '@nante/plugin-infrastructure';
import type { StatusResponse } from '@nante/plugin-infrastructure-common';
import { RiFlaskLine } from '@remixicon/react';
import { useEffect, useState } from 'react';
import styles from './SandboxBar.module.css';

type Sandbox = NonNullable<StatusResponse['sandbox']>;

/** How long a failed look at the status waits before the next one, in milliseconds. */
const RETRY_MS = 10_000;

function useSandbox(): Sandbox | undefined {
  const api = useApi(infrastructureApiRef);
  const [sandbox, setSandbox] = useState<Sandbox>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const abort = new AbortController();
    const look = async () => {
      try {
        const status = await api.status(abort.signal);
        setSandbox(status.sandbox);
      } catch {
        // The portal works without the badge; a backend that is still starting answers later.
        if (!abort.signal.aborted) timer = setTimeout(look, RETRY_MS);
      }
    };
    look();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [api]);
  return sandbox;
}

/** What is not what it looks like, each with its name first. */
function pretended(sandbox: Sandbox): { what: string; how: string }[] {
  return [
    {
      what: 'Proxmox',
      how: 'a stand-in on this machine answers its API; no real cluster is touched.',
    },
    {
      what: 'Figures',
      how: 'CPU, memory and traffic of guests and nodes are generated; nothing is measured.',
    },
    {
      what: 'Addresses',
      how: 'no DHCP server runs: the sandbox picks a free address and says that it was leased.',
    },
    {
      what: 'State bucket',
      how: 'a stand-in for S3 on this machine.',
    },
    {
      what: 'GitHub',
      how: 'a stand-in on this machine. Clones and pushes are real git, and workflows really run, on a runner beside it with act.',
    },
    {
      what: 'Octopus and Nexus',
      how: 'stand-ins on this machine; what they deploy and keep is real where the guests are.',
    },
    {
      what: 'Doppler',
      how: 'a stand-in on this machine; its secrets open nothing else.',
    },
    {
      what: 'Terraform',
      how:
        sandbox.provider === 'stand-in'
          ? 'is real; its Proxmox provider is a stand-in.'
          : `is real, and so is its Proxmox provider (${sandbox.provider}).`,
    },
    {
      what: 'Guests',
      how: sandbox.real
        ? 'a host made here is a real Linux that one can log in to, but a virtual machine, too, is a container that shares the kernel of this machine. Hosts that were there from the start are records.'
        : 'a host made here is a record: no machine starts, and nobody can log in to it.',
    },
    {
      what: 'People',
      how: 'anyone signs in as any of the four, without a password.',
    },
  ];
}

/** Bar above every page that says this is the sandbox, and what in it is pretended. */
export function SandboxBar() {
  const sandbox = useSandbox();

  // Pages that are as high as the window read this and leave room for the bar.
  useEffect(() => {
    const root = document.documentElement;
    if (sandbox) root.style.setProperty('--nante-bar-height', '32px');
    return () => {
      root.style.removeProperty('--nante-bar-height');
    };
  }, [sandbox]);

  if (!sandbox) return null;
  const kind = sandbox.real ? 'real Linux' : 'records, no Linux';
  return (
    <div role="note" aria-label="Sandbox" className={styles.bar}>
      <RiFlaskLine size={16} aria-hidden="true" />
      <span className={styles.text}>
        Sandbox — guests: {sandbox.guests} ({kind})
      </span>
      <DialogTrigger>
        <Button variant="tertiary" size="small">
          What is pretended
        </Button>
        <Popover>
          <ul className={styles.list}>
            {pretended(sandbox).map(({ what, how }) => (
              <li key={what}>
                <Text weight="bold">{`${what}: `}</Text>
                <Text>{how}</Text>
              </li>
            ))}
          </ul>
        </Popover>
      </DialogTrigger>
    </div>
  );
}
