import { useRouteRef, useRouteRefParams } from '@backstage/frontend-plugin-api';
import { parseEntityRef } from '@backstage/catalog-model';
import { useCallback, useMemo } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import {
  activityRouteRef,
  checksRouteRef,
  createPageRouteRef,
  deploymentRouteRef,
  deploymentsRouteRef,
  entityPageRouteRef,
  hostsRouteRef,
  runRouteRef,
  runsRouteRef,
  searchRouteRef,
  taskRouteRef,
  templateRouteRef,
  workflowsRouteRef,
} from './routes';

/** Names of our templates in the catalog. */
export type TemplateName =
  | 'new-virtual-machine'
  | 'new-container'
  | 'destroy-host'
  | 'configure-host'
  | 'power-host'
  | 'resize-host'
  | 'snapshot-host'
  | 'onboard-host'
  | 'repair-run'
  | 'register-host'
  | 'deploy-release'
  | 'add-pipeline';

/** Addresses of the pages, all in one place: the app's routing changes more often than our pages do. */
export interface Links {
  hosts(): string;
  runs(): string;
  run(id: string): string;
  /** The matrix; `search` narrows it. */
  deployments(search?: string): string;
  /** A deployment of a connection. */
  deployment(connection: string, id: string): string;
  activity(): string;
  checks(): string;
  /** The fleet of caller workflows; `search` narrows it. */
  workflows(search?: string): string;
  /** Artifacts tab of a component; `search` narrows it, for example to a version. */
  artifacts(ref: string, search?: string): string;
  /** What can be requested. */
  create(): string;
  /** What the portal's search finds. */
  search(query: string): string;
  /** Pipeline tab of a component. */
  pipeline(ref: string): string;
  /** Entity page of anything. */
  entity(ref: string): string;
  /** Host tab of a host's entity. */
  host(ref: string): string;
  /** Page of a scaffolder task. */
  task(id: string): string;
  /** A template's form, filled in with what is known. */
  template(name: TemplateName, formData?: object): string;
  /** The form of any template, also of other people's. */
  anyTemplate(namespace: string, name: string): string;
}

export function useLinks(): Links {
  const hosts = useRouteRef(hostsRouteRef);
  const runs = useRouteRef(runsRouteRef);
  const run = useRouteRef(runRouteRef);
  const deployments = useRouteRef(deploymentsRouteRef);
  const deployment = useRouteRef(deploymentRouteRef);
  const activity = useRouteRef(activityRouteRef);
  const checks = useRouteRef(checksRouteRef);
  const workflows = useRouteRef(workflowsRouteRef);
  const entity = useRouteRef(entityPageRouteRef);
  const create = useRouteRef(createPageRouteRef);
  const searchPage = useRouteRef(searchRouteRef);
  const template = useRouteRef(templateRouteRef);
  const task = useRouteRef(taskRouteRef);

  return useMemo(() => {
    const entityPath = (ref: string) => {
      const { kind, namespace, name } = parseEntityRef(ref);
      const params = { kind: kind.toLowerCase(), namespace, name };
      return entity?.(params) ?? `/catalog/${namespace}/${params.kind}/${name}`;
    };
    const templatePath = (namespace: string, name: string) =>
      template?.({ namespace, templateName: name }) ??
      `/create/templates/${namespace}/${name}`;
    const searched = (path: string, search?: string) =>
      search ? `${path}?${new URLSearchParams({ search })}` : path;
    return {
      hosts: () => hosts?.() ?? '/hosts',
      runs: () => runs?.() ?? '/runs',
      run: id => run?.({ id }) ?? `/runs/${encodeURIComponent(id)}`,
      deployments: search =>
        searched(`${deployments?.() ?? '/deployments'}`, search),
      deployment: (connection, id) =>
        deployment?.({ connection, id }) ??
        `/deployments/${encodeURIComponent(connection)}/${encodeURIComponent(id)}`,
      activity: () => activity?.() ?? '/activity',
      checks: () => checks?.() ?? '/checks',
      workflows: search => searched(workflows?.() ?? '/workflows', search),
      create: () => create?.() ?? '/create',
      search: query => {
        const found = new URLSearchParams({ query });
        return `${searchPage?.() ?? '/search'}?${found}`;
      },
      pipeline: ref => `${entityPath(ref)}/pipeline`,
      artifacts: (ref, search) =>
        searched(`${entityPath(ref)}/artifacts`, search),
      entity: entityPath,
      host: ref => `${entityPath(ref)}/host`,
      task: taskId => task?.({ taskId }) ?? `/create/tasks/${taskId}`,
      anyTemplate: templatePath,
      template: (name, formData) => {
        const path = templatePath('default', name);
        return formData
          ? `${path}?formData=${encodeURIComponent(JSON.stringify(formData))}`
          : path;
      },
    };
  }, [
    hosts,
    runs,
    run,
    deployments,
    deployment,
    activity,
    checks,
    workflows,
    create,
    searchPage,
    entity,
    template,
    task,
  ]);
}

/** Id of the run that the page shows. */
export function useRunId(): string {
  return useRouteRefParams(runRouteRef).id;
}

/** Connection and id of the deployment that the page shows. */
export function useDeploymentKey(): { connection: string; id: string } {
  return useRouteRefParams(deploymentRouteRef);
}

/** Goes to an address of `Links`, for what ends on another page than it began. */
export function useGo(): (href: string) => void {
  return useNavigate();
}

/** Changes several values that are kept in the address at once; empty means absent. One after the other, the last would win. */
export function useSetQuery(): (values: Record<string, string>) => void {
  const [, setParams] = useSearchParams();
  return useCallback(
    values =>
      setParams(
        current => {
          const next = new URLSearchParams(current);
          for (const [name, value] of Object.entries(values)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
}

/** A value kept in the address, so that a filtered list can be shared; empty means absent. */
export function useQueryValue(name: string): [string, (value: string) => void] {
  const [params] = useSearchParams();
  const setQuery = useSetQuery();
  const set = useCallback(
    (value: string) => setQuery({ [name]: value }),
    [name, setQuery],
  );
  return [params.get(name) ?? '', set];
}
