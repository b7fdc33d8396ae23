import type { RunKind } from '@nante/model';
import { valueOf } from './fact';
import type { Findings } from './findings';
import { finish } from './finishRemedy';
import {
  done,
  guestObstacle,
  refuse,
  removalByHand,
  takenText,
  type JudgedRemedy,
} from './judge';
import { guestTitle } from './things';
import { undo } from './undoRemedy';

/** The four ways out of a run that did not succeed, each with what it will do, or why it may not. */
export function remediesOf(findings: Findings): JudgedRemedy[] {
  const found = [
    finish(findings),
    undo(findings),
    adopt(findings),
    forget(findings),
  ];
  const { stranded } = findings;
  if (!stranded || stranded.isHere) return found;
  // Whatever happens to the workspace next has to upload that file, and only its machine can.
  return found.map(remedy => ({
    ...remedy,
    allowed: false,
    reason: `The Terraform state of an earlier run lies on ${stranded.machine} at ${stranded.path} and has to be uploaded first: do this on that machine.`,
  }));
}

function adopt(findings: Findings): JudgedRemedy {
  const { run, hosts } = findings;
  const [host] = hosts;
  if (hosts.length > 1)
    return refuse('adopt', 'Hosts are adopted one by one, by their own runs.');
  if (host.takenBy) return refuse('adopt', takenText(host));
  const working = valueOf(findings.terraform);
  if (working) return refuse('adopt', `${working} still works.`);
  const obstacle = guestObstacle(host, findings);
  if (obstacle) return refuse('adopt', obstacle);
  const guest = valueOf(host.guest)?.guest;
  if (!guest) return refuse('adopt', 'There is no guest in Proxmox to adopt.');
  if (!host.inState.known)
    return refuse(
      'adopt',
      `Whether the state knows it is not known: ${host.inState.why}`,
    );
  if (host.inState.value.length > 0)
    return done('adopt', 'The Terraform state knows the guest already.');
  if (!valueOf(host.desired))
    return refuse(
      'adopt',
      `${host.name} does not stand in hosts.json, so there is nothing to compare the guest with.`,
    );
  return {
    remedy: 'adopt',
    effects: [
      `Compares ${guestTitle(host)} on ${guest.node} with what is desired; where it differs, shows the differences and does nothing.`,
      `Imports it into the Terraform state of ${run.workspace} as ${host.module}.`,
      `Writes ${guest.kind} ${guest.vmId} as adopted into the ledger. The guest itself is not touched.`,
    ],
    allowed: true,
  };
}

/** Kinds whose runs make a host ours, or let it go. */
const forgettable: readonly RunKind[] = [
  'provision',
  'destroy',
  'onboard',
  'adopt',
  'forget',
];

function forget({ run, hosts }: Findings): JudgedRemedy {
  const [host] = hosts;
  if (!forgettable.includes(run.kind))
    return refuse(
      'forget',
      'This run did not make the host; it stays in our records.',
    );
  if (host.takenBy) return refuse('forget', takenText(host));
  const { desired, entry, server, serverEntry, inState, guest, identity } =
    host;
  const unknown = [desired, entry, server, inState].find(({ known }) => !known);
  if (unknown && !unknown.known)
    return refuse(
      'forget',
      `What our records say is not known: ${unknown.why}`,
    );
  const addresses = valueOf(inState) ?? [];
  const isOpen =
    entry.known &&
    entry.value !== undefined &&
    entry.value.state !== 'left behind';
  if (
    addresses.length === 0 &&
    !valueOf(desired) &&
    !isOpen &&
    !valueOf(server) &&
    !serverEntry
  )
    return done('forget', 'Our records know nothing of it any more.');
  const there = valueOf(guest)?.guest;
  const isGone = guest.known && !there;
  const guestLines = identity
    ? [
        isGone
          ? `${guestTitle(host)} is not in Proxmox: the ledger says removed, and its id and address are free again.`
          : `Leaves ${guestTitle(host)} alone${there ? ` on ${there.node}` : ''}. The ledger says left behind; its id and address stay claimed, so that nobody else gets them.`,
        ...(isGone ? [] : [removalByHand(host)]),
      ]
    : [];
  return {
    remedy: 'forget',
    effects: [
      ...addresses.map(
        ({ address }) =>
          `Takes ${address} out of the Terraform state of ${run.workspace}.`,
      ),
      ...(valueOf(desired) ? [`Takes ${host.name} out of hosts.json.`] : []),
      ...(valueOf(server) || serverEntry
        ? [
            `Takes the server ${host.name} (${valueOf(server)?.address ?? serverEntry?.address}) out of our records; nothing on it is changed.`,
          ]
        : []),
      ...guestLines,
    ],
    allowed: true,
  };
}
