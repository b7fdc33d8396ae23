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

function pretended(sandbox: Sandbox): string[] {
  return [
    'Proxmox, the state bucket and Doppler are stand-ins on this machine; nothing outside it is touched.',
    sandbox.provider === 'stand-in'
      ? 'Terraform is the real one; its Proxmox provider is a stand-in.'
      : `Terraform and its Proxmox provider are real (${sandbox.provider}).`,
    sandbox.real
      ? 'A host made here is a booted Linux that one can log in to. Hosts that were there from the start are records only.'
      : 'A host made here is a record: no machine starts, and nobody can log in to it.',
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
            {pretended(sandbox).map(line => (
              <li key={line}>
                <Text>{line}</Text>
              </li>
            ))}
          </ul>
        </Popover>
      </DialogTrigger>
    </div>
  );
}
