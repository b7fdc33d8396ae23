import type { Findings } from './findings';
import { valueOf } from './fact';
import type { HostFindings } from './hostFindings';
import { guestObstacle, refuse, type JudgedRemedy } from './judge';
import { requestOf } from './requestOf';
import { guestTitle } from './things';

/** Finishing: the same request again, which goes on where it stopped. */
export function finish(findings: Findings): JudgedRemedy {
  const { run, hosts, stranded, terraform } = findings;
  if (!requestOf(run))
    return refuse(
      'finish',
      'What was asked for does not fit this release any more; make a new request.',
    );
  // Where nobody knows, the request finds out itself, and changes nothing before it has.
  const obstacle = hosts
    .filter(({ guest }) => guest.known)
    .map(host => guestObstacle(host, findings))
    .find(problem => problem !== undefined);
  if (obstacle) return refuse('finish', obstacle);
  const working = valueOf(terraform);
  return {
    remedy: 'finish',
    effects: [
      `Repeats the request ${run.id} of ${run.requestedBy} with the same inputs; what is done already is not done again.`,
      ...(working ? [`Waits for ${working} first.`] : []),
      ...(stranded
        ? [`Uploads the Terraform state from ${stranded.path} first.`]
        : []),
      ...hosts.map(host => nextOf(findings, host)),
    ],
    allowed: true,
  };
}

function nextOf({ run, repaired }: Findings, host: HostFindings): string {
  const { inputs } = run;
  switch (run.kind) {
    case 'provision':
      return nextOfProvision(host);
    case 'destroy':
      return valueOf(host.guest)?.guest
        ? `Destroys ${guestTitle(host)} and takes it out of our records.`
        : `Takes ${host.name} out of our records; ${host.guest.known ? 'the guest is gone' : 'whether the guest is gone is looked up first'}.`;
    case 'configure':
      return inputs.dryRun === true
        ? `Shows what the roles would change on ${host.name}.`
        : `Applies the roles to ${host.name}.`;
    case 'power':
      return `Asks Proxmox for "${inputs.action}" of ${guestTitle(host)}, unless it stands so already.`;
    case 'resize':
      return `Gives ${guestTitle(host)} the size that was asked for, unless it has it already.`;
    case 'snapshot':
      return `Goes on with "${inputs.action}" of the snapshot ${inputs.snapshot} of ${guestTitle(host)}.`;
    case 'onboard':
      return inputs.checkedRunId
        ? `Takes the server ${host.name} into our care, as its check run showed.`
        : `Checks the server ${host.name}; nothing on it is changed.`;
    case 'template':
      return `Removes what is half made of the template ${host.name}, and makes it anew.`;
    case 'register':
      return `Makes ${host.name} a deployment target, unless it is one as was asked.`;
    case 'deregister':
      return `Removes the deployment target of ${host.name}, unless it is gone.`;
    case 'create-project':
    case 'release':
    case 'deploy':
    case 'rollback':
    case 'publish':
    case 'create-repository':
    case 'set-up-repository':
    case 'propose-change':
    case 'deploy-docker':
    case 'deploy-k8s':
      return `Goes on with "${run.kind}" of ${run.app}; what is done already is not done again.`;
    case 'adopt':
    case 'forget':
      return `Goes on with "${run.kind}" for the run ${repaired?.id ?? inputs.runId}.`;
    default:
      return run.kind satisfies never;
  }
}

function nextOfProvision(host: HostFindings): string {
  const { guest, inState, identity } = host;
  const title = guestTitle(host);
  if (!guest.known)
    return `Looks whether ${title} exists, and makes it only where it does not.`;
  if (!guest.value.guest)
    return identity
      ? `Makes ${title}${host.address ? ` with the address ${host.address}` : ''}.`
      : `Makes the host ${host.name}.`;
  const known = valueOf(inState) ?? [];
  const isUnfinished = ['intended', 'left behind'].includes(
    valueOf(host.entry)?.state ?? '',
  );
  if (known.length === 0)
    return `Takes ${title} into the Terraform state${isUnfinished ? ', or makes it anew where it was left half made' : ''}, and finishes it.`;
  if (known.some(({ isTainted }) => isTainted) && isUnfinished)
    return `Removes ${title}, whose creation never ended, and makes it anew under the same id.`;
  return `Goes on with ${title}, which exists.`;
}
