import { valueOf } from './fact';
import type { Findings } from './findings';
import type { HostFindings } from './hostFindings';
import {
  done,
  guestObstacle,
  refuse,
  takenText,
  type JudgedRemedy,
} from './judge';
import { guestTitle } from './things';

/** Undoing: what that is depends on what the run did, and some things cannot be undone. */
export function undo(findings: Findings): JudgedRemedy {
  const { run } = findings;
  const [host] = findings.hosts;
  switch (run.kind) {
    case 'provision':
      return undoProvision(findings, host);
    case 'onboard':
      return undoOnboard(findings, host);
    case 'snapshot':
      return undoSnapshot(findings, host);
    case 'resize':
      return undoResize(findings, host);
    case 'destroy':
      return refuse(
        'undo',
        'A host that is being destroyed does not come back: finish the run, then request a new host.',
      );
    case 'configure':
      return refuse(
        'undo',
        'What roles did to a host is not taken back: correct the roles and finish, or apply other ones.',
      );
    case 'power':
      return refuse('undo', 'Nothing was made: use the opposite power action.');
    case 'template':
      return refuse(
        'undo',
        'A run that fails removes what it made half itself; what it could not remove, finishing removes.',
      );
    case 'register':
      return refuse('undo', 'Remove the target with: nante deregister');
    case 'deregister':
      return refuse(
        'undo',
        'Make the host a target again with: nante register',
      );
    case 'deploy':
    case 'deploy-docker':
    case 'deploy-k8s':
    case 'rollback':
      return refuse(
        'undo',
        'What was deployed is not taken back by itself: roll back to a release that was good.',
      );
    case 'create-project':
    case 'release':
    case 'publish':
    case 'create-repository':
    case 'set-up-repository':
    case 'propose-change':
      return refuse(
        'undo',
        'It stays: others may use it already. Remove it in the system itself.',
      );
    case 'adopt':
    case 'forget':
      return refuse(
        'undo',
        'This run repairs another one: finish it, or repair that one.',
      );
    default:
      return run.kind satisfies never;
  }
}

function undoProvision(findings: Findings, host: HostFindings): JudgedRemedy {
  const { run } = findings;
  const claims = host.claims.known ? host.claims.value : undefined;
  if (!claims)
    return refuse(
      'undo',
      `What is claimed is not known: ${host.claims.known || host.claims.why}`,
    );
  const giveBack = [
    claims.vmId && `guest id ${claims.vmId}`,
    claims.address && `address ${claims.address}`,
  ].filter(Boolean);
  const giveBackLines =
    giveBack.length > 0 ? [`Gives back ${giveBack.join(' and ')}.`] : [];
  if (host.takenBy)
    return giveBack.length > 0
      ? { remedy: 'undo', effects: giveBackLines, allowed: true }
      : refuse('undo', takenText(host));
  const obstacle = guestObstacle(host, findings);
  if (obstacle) return refuse('undo', obstacle);
  const unknown = [host.desired, host.entry, host.inState].find(
    ({ known }) => !known,
  );
  if (unknown && !unknown.known)
    return refuse('undo', `What our records say is not known: ${unknown.why}`);
  const guest = valueOf(host.guest)?.guest;
  const state = valueOf(host.inState) ?? [];
  const isRecorded = Boolean(valueOf(host.desired) ?? valueOf(host.entry));
  if (!guest && state.length === 0 && !isRecorded && giveBack.length === 0)
    return done(
      'undo',
      'Nothing of this run is left; there is nothing to undo.',
    );
  if (findings.isReadOnly && guest)
    return refuse(
      'undo',
      'The connection of this environment is read-only: nothing can be destroyed.',
    );
  const working = valueOf(findings.terraform);
  return {
    remedy: 'undo',
    effects: [
      ...(working
        ? [`Waits for ${working}, and destroys whatever it has made.`]
        : []),
      ...(guest
        ? [`Destroys ${guestTitle(host)} on ${guest.node} with its disk.`]
        : []),
      ...host.devices.flatMap(({ found }) => {
        const device = valueOf(found);
        return device ? [`Removes ${device.name} from its tailnet.`] : [];
      }),
      ...host.targets.flatMap(({ entry, found }) => {
        const { machine, problems = [] } = valueOf(found) ?? {};
        return machine && problems.length === 0
          ? [
              `Removes the deployment target ${machine.name} from the Octopus ${entry.connection}.`,
            ]
          : [];
      }),
      ...state.map(
        ({ address }) =>
          `Takes ${address} out of the Terraform state of ${run.workspace}.`,
      ),
      ...(isRecorded
        ? [`Takes ${host.name} out of hosts.json; the ledger says removed.`]
        : []),
      ...giveBackLines,
    ],
    allowed: true,
  };
}

function undoOnboard({ run }: Findings, host: HostFindings): JudgedRemedy {
  if (!run.inputs.checkedRunId)
    return refuse('undo', 'A check changes nothing.');
  if (!host.server.known)
    return refuse(
      'undo',
      `What our records say is not known: ${host.server.why}`,
    );
  const address = host.server.value?.address ?? host.serverEntry?.address;
  if (!host.server.value && !host.serverEntry)
    return done('undo', 'The server is not in our records.');
  return {
    remedy: 'undo',
    effects: [
      `Takes the server ${host.name} (${address}) out of our records.`,
      'Leaves everything on the server as it is, an administrator that was made included.',
    ],
    allowed: true,
  };
}

function undoSnapshot(findings: Findings, host: HostFindings): JudgedRemedy {
  const { run, isReadOnly } = findings;
  const { action, snapshot } = run.inputs;
  if (action !== 'create')
    return refuse(
      'undo',
      `The "${String(action)}" of a snapshot cannot be taken back.`,
    );
  const obstacle = guestObstacle(host, findings);
  if (obstacle) return refuse('undo', obstacle);
  const found = host.snapshot;
  if (!found?.known)
    return refuse(
      'undo',
      `Whether the snapshot exists is not known: ${found?.why ?? ''}`,
    );
  if (!found.value)
    return done('undo', `There is no snapshot ${String(snapshot)}.`);
  if (isReadOnly)
    return refuse('undo', 'The connection of this environment is read-only.');
  return {
    remedy: 'undo',
    effects: [
      `Removes the snapshot ${String(snapshot)} of ${guestTitle(host)}; the guest stays as it is now.`,
    ],
    allowed: true,
  };
}

function undoResize(findings: Findings, host: HostFindings): JudgedRemedy {
  const { run, isReadOnly } = findings;
  const { before } = run;
  const desired = valueOf(host.desired);
  const obstacle = guestObstacle(host, findings);
  if (obstacle) return refuse('undo', obstacle);
  if (!desired)
    return refuse('undo', `${host.name} does not stand in hosts.json.`);
  if (!before) return done('undo', 'The run ended before it changed the size.');
  if (desired.disk_gb > before.diskGb)
    return refuse(
      'undo',
      `The disk grew from ${before.diskGb} to ${desired.disk_gb} GiB, and disks only grow: finish the run.`,
    );
  if (desired.cores === before.cores && desired.memory_mb === before.memoryMb)
    return done('undo', 'The host has the size that it had before.');
  if (isReadOnly)
    return refuse('undo', 'The connection of this environment is read-only.');
  return {
    remedy: 'undo',
    effects: [
      `Gives ${guestTitle(host)} ${before.cores} cores and ${before.memoryMb} MiB again, instead of ${desired.cores} and ${desired.memory_mb}${run.inputs.allowReboot === true ? '; it may restart, as was agreed' : ''}.`,
    ],
    allowed: true,
  };
}
