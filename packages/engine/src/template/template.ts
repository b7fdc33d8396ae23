import { openRootSession, type RootSession } from '@nante/clients';
import {
  NanteError,
  templateRequestSchema,
  type HostResult,
  type RunDocument,
  type TemplateRequest,
  parseInput,
} from '@nante/model';
import type { EngineContext } from '../context';
import { writeEntry } from '../ledger/ledger';
import { executeRun, type Aftermath, type Run } from '../operation/executeRun';
import { assertMayChange } from '../policy/policy';
import { newRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { checkTemplate, findTemplate, noLogin } from './checkTemplate';
import { finishedGuest, newGuest, type TemplatePlan } from './guestOptions';
import { fetchImage } from './image';
import { addressOf, awaitAgent, logIn, type NewGuest } from './login';
import { templatesApp } from './mark';
import {
  awaitEarlier,
  reserveTemplate,
  type ReservedTemplate,
} from './reserveTemplate';
import {
  asRoot,
  cleanContainer,
  cleanVm,
  prepareContainer,
  prepareVm,
} from './scripts';

/** Milliseconds that the installation of packages may take. */
const installMs = 900_000;
const shutdownSeconds = 120;
const device = { dev0: '/dev/net/tun' };

const steps: readonly StepTitle[] = [
  ['check', 'Check what the template is made from, and where'],
  ['reserve', 'Take the lock, reserve id and address'],
  ['image', 'Let Proxmox get the image'],
  ['create', 'Make the guest'],
  ['boot', 'Boot it and log in'],
  ['prepare', 'Install what every host needs'],
  ['clean', 'Take its identity away and switch it off'],
  ['convert', 'Make it a template'],
];

type Checked = Awaited<ReturnType<typeof checkTemplate>> & {
  root?: RootSession;
};

/** See `Engine.template`. */
export async function template(
  context: EngineContext,
  given: TemplateRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(templateRequestSchema, given);
  assertMayChange(await context.config(), request, 'make templates for');
  if (!request.operator)
    throw new NanteError('refused', 'Only operators may make templates.', {
      hint: 'Ask one of them.',
    });
  const initial = await newRunDocument(
    'template',
    { ...request, app: templatesApp },
    options,
    {
      hostKind: request.kind,
      inputs: { ...request },
      byHand: [],
      context,
    },
  );
  return executeRun(
    context,
    {
      initial,
      steps,
      body: (run, onFailure) => makeTemplate(run, request, onFailure),
    },
    options,
  );
}

async function makeTemplate(
  run: Run,
  request: TemplateRequest,
  onFailure: (look: Aftermath) => void,
): Promise<Partial<RunDocument>> {
  const { recorder, store, signal } = run;
  const { workspace } = recorder.document;
  const checked = await recorder.step('check', async step => {
    const all = await checkAll(run, request);
    const { node, storage, image } = all.plan;
    step.detail(`${image.mark.source} on ${node}, disk on ${storage}`);
    return all;
  });
  const { proxmox, plan } = checked;
  const { lease } = await recorder.step('reserve', () => run.lock());
  // Somebody may have been faster, or an earlier try left something.
  await awaitEarlier(run, request, proxmox);
  const resources = await proxmox.resources({ signal });
  const found = await findTemplate(proxmox, resources, request, plan);
  if (found?.isFinished) return standing(run, request, { ...checked, found });
  const reserved = await reserveTemplate(
    run,
    request,
    { proxmox, plan, found, resources },
    onFailure,
  );
  await recorder.step('image', async step => {
    const { image, node } = plan;
    if (image.isThere) return step.skip(`${image.volumeId} is there already.`);
    await fetchImage(proxmox, node, image, { signal });
    return step.detail(
      image.mark.checksum === 'none'
        ? image.volumeId
        : `${image.volumeId}, ${image.mark.checksum.split(':')[0]} is right`,
    );
  });
  const { kind } = request;
  const at = [plan.node, kind, reserved.vmId] as const;
  await recorder.step('create', async step => {
    await lease.assertHeld();
    const entry = { ...reserved.entry, state: 'intended' as const };
    await writeEntry(store, workspace, entry);
    const options = newGuest(request, plan, reserved.cidr);
    await proxmox.waitForTask(
      await proxmox.createGuest(...at, options, { signal }),
      { signal, timeoutMs: 1_800_000 },
    );
    if (kind === 'vm' && request.diskGb) {
      const upid = await proxmox.growDisk(...at, 'scsi0', request.diskGb);
      if (upid) await proxmox.waitForTask(upid, { signal });
    }
    step.detail(`${kind} ${reserved.vmId} on ${plan.node}`);
  });
  await prepare(run, request, checked, reserved);
  await recorder.step('convert', async step => {
    const { raw } = await proxmox.guestConfig(...at, { signal });
    await proxmox.setGuestOptions(...at, finishedGuest(request, plan, raw));
    const tun = await giveTun(run, request, checked, reserved.vmId);
    const upid = await proxmox.convertToTemplate(...at);
    if (upid) await proxmox.waitForTask(upid);
    await writeEntry(store, workspace, { ...reserved.entry, state: 'created' });
    await reserved.release();
    step.detail(`${kind} ${reserved.vmId} is a template${tun}`);
  });
  return { result: resultOf(run, request, plan, at[0], reserved.vmId) };
}

async function checkAll(run: Run, request: TemplateRequest): Promise<Checked> {
  const checked = await checkTemplate(run, request);
  const { proxmox, plan, found } = checked;
  if (request.kind === 'vm' || !plan.rootPassword || found?.hasTun)
    return checked;
  const { connection } = run.config.environments[request.environment];
  const { caFile } = await run.context.connection(connection);
  // Now, so that a wrong password is known before anything is made.
  const root = await openRootSession({
    url: proxmox.url,
    password: plan.rootPassword,
    caFile,
    signal: run.signal,
  });
  return { ...checked, root };
}

/** Boots the guest, installs what is missing, takes its identity away and switches it off. */
async function prepare(
  run: Run,
  request: TemplateRequest,
  { proxmox, plan }: Checked,
  { vmId, cidr }: ReservedTemplate,
): Promise<void> {
  const { recorder, context, signal } = run;
  const { kind, name } = request;
  const at = [plan.node, kind, vmId] as const;
  const secrets = await context.options.secrets.read(['SSH_PRIVATE_KEY']);
  const guest: NewGuest = {
    ...{ name, proxmox, at },
    user: kind === 'vm' ? plan.user : 'root',
    privateKey: secrets.SSH_PRIVATE_KEY,
  };
  const pretended = noLogin(run);
  const shell = await recorder.step('boot', async step => {
    const upid = await proxmox.power(...at, 'start', { signal });
    await proxmox.waitForTask(upid, { signal });
    if (pretended) return step.skip(pretended);
    const fixed = cidr && cidr.split('/')[0];
    const address = await addressOf(run, guest, fixed);
    const opened = await logIn(run, guest, address);
    step.detail(`${guest.user} is let in at ${address}`);
    return opened;
  });
  try {
    await recorder.step('prepare', async step => {
      if (!shell) return step.skip(pretended!);
      const script = kind === 'vm' ? prepareVm : prepareContainer;
      const lines = await shell.run(asRoot(guest.user, script), installMs);
      if (kind === 'vm') await awaitAgent(run, guest);
      if (lines.includes('no-cloud-init'))
        recorder.log(
          'warn',
          'The image has no cloud-init: on a real Proxmox hosts made from it get neither user nor key nor address.',
        );
      const installed = lines
        .find(line => line.startsWith('installed:'))
        ?.slice('installed:'.length)
        .trim();
      return step.detail(
        `${installed ? `Installed: ${installed}` : 'Everything was there'}${kind === 'vm' ? '; its agent answers' : ''}`,
      );
    });
    await recorder.step('clean', async step => {
      const script = kind === 'vm' ? cleanVm : cleanContainer;
      if (shell) await shell.run(asRoot(guest.user, script), 120_000);
      const upid = await proxmox.power(...at, 'shutdown', {
        timeoutSeconds: shutdownSeconds,
        signal,
      });
      await proxmox.waitForTask(upid, { signal });
      step.detail(pretended ?? 'Machine id and host keys are gone; it is off');
    });
  } finally {
    await shell?.close();
  }
}

/** Nothing is to be made; a container may still want its device. */
async function standing(
  run: Run,
  request: TemplateRequest,
  { found, ...checked }: Checked & { found: NonNullable<Checked['found']> },
): Promise<Partial<RunDocument>> {
  const { recorder } = run;
  const { node, vmId } = found.guest;
  const text = `The template is there: ${request.kind} ${vmId} on ${node}.`;
  for (const id of ['image', 'create', 'boot', 'prepare', 'clean'])
    await recorder.step(id, async step => step.skip(text));
  await recorder.step('convert', async step => {
    const isMissing = checked.root && !found.hasTun;
    if (!isMissing) return step.skip(text);
    const place = { ...checked, plan: { ...checked.plan, node } };
    return step.detail(`${text}${await giveTun(run, request, place, vmId)}`);
  });
  return { result: resultOf(run, request, checked.plan, node, vmId) };
}

/**
 * Gives a container `/dev/net/tun`, which Proxmox lets only root@pam do with a password; without one it is said how.
 *
 * @returns how the sentence about it goes on
 */
async function giveTun(
  { recorder, signal }: Run,
  { kind }: TemplateRequest,
  { root, plan }: Checked,
  vmId: number,
): Promise<string> {
  if (kind === 'vm') return '';
  if (root) {
    await root.setContainerOptions(plan.node, vmId, device, { signal });
    return ', with /dev/net/tun';
  }
  const command = `pct set ${vmId} --dev0 ${device.dev0}`;
  recorder.log(
    'warn',
    `The template has no ${device.dev0}, which no token may give it: set the secret PROXMOX_ROOT_PASSWORD and repeat this, or run on ${plan.node}: ${command}`,
  );
  await recorder.update({ byHand: [`ssh root@${plan.node} ${command}`] });
  return `, without ${device.dev0} (on ${plan.node}: ${command})`;
}

function resultOf(
  { config }: Run,
  { name, kind, environment }: TemplateRequest,
  { user }: TemplatePlan,
  node: string,
  vmId: number,
): HostResult {
  const { connection } = config.environments[environment];
  return {
    ...{ name, kind, connection, node, vmId },
    // A template never runs.
    ...{ address: null, ssh: null },
    user: kind === 'vm' ? user : 'root',
    entityRef: `resource:default/${connection}-${vmId}`,
  };
}
