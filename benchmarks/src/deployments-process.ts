// The registry of deployments with real clients, in a process of its own: the benchmark deployments tells it when to look.
import {
  createNexusClient,
  createOctopusClient,
  type NexusApi,
  type OctopusApi,
} from '@nante/clients';
import { ArtifactPages } from '../../plugins/infrastructure-backend/src/artifacts/ArtifactPages';
import type { ComponentLinks } from '../../plugins/infrastructure-backend/src/deployments/ComponentLinks';
import { matrixOf } from '../../plugins/infrastructure-backend/src/deployments/matrix';
import type { RunIndex } from '../../plugins/infrastructure-backend/src/runs/RunIndex';
import { createDeploymentRegistry } from '../../plugins/infrastructure-node/src/deployments/createDeploymentRegistry';
import { deliverySite as shared } from './deliverySite';

/** How this process reaches the stand-ins. */
export interface Reach {
  octopus: { url: string; caFile?: string; apiKey: string; space: string };
  nexus: { url: string; caFile?: string; username: string; password: string };
}

/** What the benchmark asks for; answered by a message with the same `id`. */
export type Order = { id: number } & (
  | { do: 'full' }
  /** As a minute later, with what the catalog asks. */
  | { do: 'steady' }
  /** So many people look at once, when what is known is old. */
  | { do: 'look'; people: number }
  | { do: 'artifacts'; pages: number }
);

/** Answer to an order. */
export interface Answer {
  id: number;
  error?: string;
  ms: number;
  /** Requests that our client sent to Octopus, and how many of them were answered with 429. */
  sent: number;
  refused: number;
  projects: number;
  targets: number;
  deployments: number;
  releases: number;
  /** Of the last matrix. */
  bytes?: number;
  /** Versions that pages of artifacts had. */
  versions?: number;
  /** MiB, highest so far. */
  peakRss: number;
}

const reach = JSON.parse(process.argv[2]) as Reach;
/** How far the clock of the registry is ahead, in milliseconds: what is known grows old without waiting. */
let ahead = 0;
const now = () => Date.now() + ahead;

const octopus: OctopusApi = createOctopusClient(reach.octopus);
const nexus: NexusApi = createNexusClient(reach.nexus);
const registry = createDeploymentRegistry({
  engine: { octopus: async () => octopus, nexus: async () => nexus },
  shared,
  hosts: { records: async () => ({ hosts: [], targets: [] }) },
  now,
});
/** One component, whose artifacts have a history. */
const component = {
  ref: 'component:default/many',
  name: 'many',
  namespace: 'default',
  owner: 'group:default/shop',
  artifacts: ['nexus/helm-hosted/many'],
  foreignArtifacts: [],
};
const links = {
  components: async () => [component],
  linker: async () => () => undefined,
  projectOf: async () => undefined,
} as unknown as ComponentLinks;
const pages = new ArtifactPages({
  registry,
  links,
  runs: { list: async () => [] } as unknown as RunIndex,
  shared,
});

async function obey(order: Order): Promise<Partial<Answer>> {
  switch (order.do) {
    case 'full': {
      let space;
      do {
        space = await registry.space('octopus', { history: true });
        // The next look of somebody goes on where one failed.
        ahead += 1_000;
      } while (!space.history.isComplete);
      await registry.observe('octopus');
      return {};
    }
    case 'steady':
      ahead += 61_000;
      await registry.observe('octopus');
      await registry.space('octopus', { history: true });
      return {};
    case 'look': {
      ahead += 10_001;
      const answers = await Promise.all(
        Array.from({ length: order.people }, async () => {
          const spaces = await registry.spaces();
          return JSON.stringify(
            matrixOf({
              ...{ spaces, shared },
              link: () => undefined,
              viewer: { claims: [], operator: true, mayDeploy: () => true },
              now: now(),
            }),
          ).length;
        }),
      );
      return { bytes: answers[0] };
    }
    default: {
      let versions = 0;
      let page: string | undefined;
      for (let index = 0; index < order.pages; index += 1) {
        const answer = await pages.read({ entityRef: component.ref, page });
        versions += answer.versions.length;
        page = answer.next;
      }
      return { versions };
    }
  }
}

process.on('message', async (order: Order) => {
  const before = octopus.requestCounts();
  const startedAt = performance.now();
  let result: Partial<Answer> = {};
  try {
    result = await obey(order);
  } catch (error) {
    result.error = error instanceof Error ? error.stack : String(error);
  }
  const [space] = registry.known();
  const { deployments, releases } = space.history.size;
  const after = octopus.requestCounts();
  process.send?.({
    id: order.id,
    ms: performance.now() - startedAt,
    sent: after.sent - before.sent,
    refused: after.refused - before.refused,
    projects: space.board?.dashboard.projects.length ?? 0,
    targets: space.machines.length,
    ...{ deployments, releases },
    // Kilobytes on Linux.
    peakRss: process.resourceUsage().maxRSS / 1024,
    ...result,
  } satisfies Answer);
});
process.on('disconnect', () => process.exit(0));
