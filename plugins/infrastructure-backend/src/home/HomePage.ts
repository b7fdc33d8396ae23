import { type InfrastructureConfig, connectionsOf } from '@nante/model';
import type { HomeResponse } from '@nante/plugin-infrastructure-common';
import {
  type DeploymentRegistry,
  type Engine,
  type HostRegistry,
  KeptAnswers,
  describeError,
  unlessLimited,
  withPatience,
} from '@nante/plugin-infrastructure-node';
import type { ComponentLinks } from '../deployments/ComponentLinks';
import { targetHealths } from '../deployments/hostTargets';
import type { Repositories } from '../pipelines/Repositories';
import { toPipelineRun } from '../pipelines/toAnswer';
import type { RunIndex } from '../runs/RunIndex';
import {
  type Attention,
  badHosts,
  badSources,
  failedPipeline,
  failedRuns,
  openInterventions,
  worstFirst,
} from './attention';
import { capacityOf, countStates } from './capacity';
import { checklistOf, type GithubHealth } from './checklist';

/** How long an answer about the access to GitHub serves, in milliseconds. */
const ACCESS_FRESH = 300_000;
/** Longest wait for pipelines, in milliseconds: what needs somebody most is known without GitHub. */
const PATIENCE = 2_000;
/** Components of somebody whose pipelines are looked at. */
const PIPELINES = 20;

/** Who looks, and what that person may see. */
export interface HomePerson {
  ref: string;
  claims: string[];
  operator: boolean;
  sees: {
    hosts: boolean;
    runs: boolean;
    deployments: boolean;
    pipelines: boolean;
  };
}

interface Deps {
  deployments: DeploymentRegistry;
  engine: Pick<Engine, 'github'>;
  links: ComponentLinks;
  registry: HostRegistry;
  repositories: Repositories;
  runs: RunIndex;
  shared: InfrastructureConfig;
  now?: () => number;
}

/** What Home shows. */
export class HomePage {
  readonly #deps: Deps & { now: () => number };
  readonly #access: KeptAnswers<string | undefined>;

  constructor(deps: Deps) {
    const now = deps.now ?? Date.now;
    this.#deps = { ...deps, now };
    this.#access = new KeptAnswers({ now, keepFor: () => ACCESS_FRESH });
  }

  /** Never throws for a source: what does not answer is one of the things that need attention. */
  async read(person: HomePerson): Promise<HomeResponse> {
    const { deployments, registry, runs, repositories } = this.#deps;
    const { sees, claims } = person;
    const isMine = (owner?: string) =>
      owner !== undefined && claims.includes(owner);
    const [seen, targets, spaces, listed, github] = await Promise.all([
      sees.hosts ? registry.overview() : undefined,
      sees.hosts && sees.deployments ? deployments.targets() : [],
      sees.deployments ? deployments.spaces() : [],
      sees.runs ? runs.list({ limit: 500 }).catch(() => []) : [],
      person.operator ? this.#github() : undefined,
    ]);
    const healths = targetHealths(targets, deployments.known());
    const hosts = (seen?.hosts ?? [])
      .filter(({ owner }) => isMine(owner))
      .map(host => ({ ...host, targetHealth: healths.get(host.entityRef) }));
    const connections = [
      ...(seen?.connections ?? []),
      ...(sees.deployments ? deployments.connections() : []),
    ];
    const now = this.#deps.now();
    const link = await this.#deps.links.linker(spaces);
    return {
      attention: worstFirst([
        ...badSources(connections),
        ...failedRuns(listed, person, now),
        ...badHosts(hosts),
        ...openInterventions(spaces, link, claims, now),
        ...(sees.pipelines ? await this.#pipelines(claims) : []),
      ]),
      hosts: countStates(hosts),
      capacity: capacityOf(seen?.nodes ?? []),
      // What is to be connected is the operators' to do.
      checklist:
        github &&
        checklistOf({ connections, github, hasRun: listed.length > 0 }),
      sources: [
        ...connections.map(one => ({
          connection: one.name,
          ok: one.ok,
          lastSuccessAt: one.lastSuccessAt,
          error: one.error,
          doubt: one.doubt !== undefined,
        })),
        ...(sees.pipelines
          ? connectionsOf(this.#deps.shared, 'github')
              .map(([name]) => repositories.ageOf(name))
              // Nobody has looked yet.
              .filter(({ lastSuccessAt, error }) => lastSuccessAt ?? error)
          : []),
      ],
    };
  }

  async #pipelines(claims: string[]): Promise<Attention[]> {
    const { links, repositories } = this.#deps;
    const own = (await links.components())
      .filter(({ owner }) => owner !== undefined && claims.includes(owner))
      .slice(0, PIPELINES);
    const found: Attention[] = [];
    const look = async (component: (typeof own)[number]) => {
      const known = await repositories.of(component);
      if (!known) return;
      const view = repositories.view(known);
      const branch = (await view.repository())?.defaultBranch;
      const newest = (await view.recentRuns()).find(
        run => run.branch === branch && run.status === 'completed',
      );
      found.push(...failedPipeline(component, newest && toPipelineRun(newest)));
    };
    const all = Promise.all(own.map(one => look(one).catch(() => {})));
    await withPatience(all, PATIENCE);
    return found;
  }

  async #github(): Promise<GithubHealth> {
    const { engine, shared } = this.#deps;
    const [first] = connectionsOf(shared, 'github');
    if (!first) return { isConfigured: false };
    const [name] = first;
    try {
      const error = await this.#access.get(name, async () => {
        const api = await engine.github(name);
        await unlessLimited(api, signal => api.checkAccess({ signal }));
        return undefined;
      });
      return { isConfigured: true, error };
    } catch (error) {
      return { isConfigured: true, error: describeError(error) };
    }
  }
}
