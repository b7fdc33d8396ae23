import { type PortalApi } from './portalApi';
import { until } from './until';

/** Public key of the requests that scenarios make; nobody has the private one. */
export const sshKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqSy4b2m0X3OiqQb2b2Pb1iSUG0M6f1o0p2zJ8f7sA1 verify@example.test';

/** A form that was sent, when its task has ended. */
export interface EndedTask {
  id: string;
  status: string;
  runId?: string;
  entityRef?: string;
  vmId?: number;
  /** What the task said last when it failed. */
  error?: string;
}

/** What the form of a new host sends. */
export interface HostForm {
  kind: 'vm' | 'lxc';
  name: string;
  environment: string;
  requestId: string;
  /** Key that may log in; one that nobody has unless given. */
  sshKey?: string;
  /** Roles with their arguments. */
  software?: { name: string; arguments: Record<string, unknown> }[];
  /** Script that a container runs once. */
  initScript?: string;
}

/** Sends the form of a new host. @returns the id of the task */
export function submitHost(api: PortalApi, form: HostForm): Promise<string> {
  return submit(
    api,
    form.kind === 'vm' ? 'new-virtual-machine' : 'new-container',
    {
      name: form.name,
      app: 'component:default/shop',
      owner: 'group:default/shop',
      placement: { environment: form.environment, size: 'small' },
      sshKeys: [form.sshKey ?? sshKey],
      software: form.software,
      initScript: form.initScript,
      requestId: form.requestId,
    },
  );
}

/** Sends the form that destroys a host. @returns the id of the task */
export function submitDestroy(
  api: PortalApi,
  { name, environment, requestId }: Omit<HostForm, 'kind'>,
): Promise<string> {
  return submit(api, 'destroy-host', {
    host: { name, app: 'shop', environment },
    confirm: name,
    requestId,
  });
}

/**
 * Waits for the end of a task.
 *
 * @param everyMs - how often to ask
 * @param timeoutMs - how long it may take
 */
export async function followTask(
  api: PortalApi,
  id: string,
  everyMs?: number,
  timeoutMs = 180_000,
): Promise<EndedTask> {
  const status = await until(
    `task ${id} ends`,
    async () => {
      const task = await api.get<{ status: string }>(
        `/scaffolder/v2/tasks/${id}`,
      );
      return ['open', 'processing'].includes(task.status)
        ? undefined
        : task.status;
    },
    timeoutMs,
    everyMs,
  );
  const events = await api.get<
    {
      type: string;
      body: {
        message?: string;
        error?: { message: string };
        output?: { links?: { url?: string; entityRef?: string }[] };
      };
    }[]
  >(`/scaffolder/v2/tasks/${id}/events`);
  const end = events.find(({ type }) => type === 'completion')?.body;
  const links = end?.output?.links ?? [];
  const entityRef = links.find(link => link.entityRef)?.entityRef;
  return {
    id,
    status,
    runId: links
      .find(({ url }) => url?.startsWith('/runs/'))
      ?.url?.slice('/runs/'.length),
    entityRef,
    vmId: entityRef ? Number(/-(\d+)$/.exec(entityRef)?.[1]) : undefined,
    error: status === 'completed' ? undefined : end?.error?.message,
  };
}

async function submit(
  api: PortalApi,
  template: string,
  values: object,
): Promise<string> {
  const { id } = await api.post<{ id: string }>('/scaffolder/v2/tasks', {
    templateRef: `template:default/${template}`,
    values,
  });
  return id;
}
