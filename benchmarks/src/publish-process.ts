// Runs of the engine in a process of its own, whose memory is looked at while they last: the benchmark publish starts it.
import { createDopplerSource } from '@nante/clients';
import {
  createEngine,
  pointAtSandbox,
  sandboxEndpointsSchema,
} from '@nante/engine';
import { type PublishRequest, type RunDocument } from '@nante/model';
import type { Endpoints } from '@nante/sandbox';
import { deliverySite } from './deliverySite';

/** What the process is told, as its one argument in JSON. */
export interface PublishOrder {
  endpoints: Endpoints;
  workDirectory: string;
  /** One after the other. */
  publish: Pick<
    PublishRequest,
    'requestId' | 'file' | 'group' | 'name' | 'version'
  >[];
  deploy: {
    requestId: string;
    project: string;
    version: string;
  };
}

/** How a run ended. */
export interface PublishedRun {
  ms: number;
  alreadyThere: boolean;
  /** MiB of memory before the run, and at most during it. */
  rssBefore: number;
  rssPeak: number;
}

/** MiB that the process has now. */
const rss = () => process.memoryUsage().rss / 2 ** 20;

async function watched(run: () => Promise<RunDocument>): Promise<PublishedRun> {
  globalThis.gc?.();
  const rssBefore = rss();
  let rssPeak = rssBefore;
  const timer = setInterval(() => {
    rssPeak = Math.max(rssPeak, rss());
  }, 20);
  const startedAt = performance.now();
  try {
    const { artifact, deployment } = await run();
    return {
      ms: performance.now() - startedAt,
      alreadyThere: (artifact ?? deployment)?.alreadyThere ?? false,
      ...{ rssBefore, rssPeak },
    };
  } finally {
    clearInterval(timer);
  }
}

async function main() {
  const order = JSON.parse(process.argv[2]) as PublishOrder;
  const endpoints = sandboxEndpointsSchema.parse(order.endpoints);
  const engine = createEngine({
    config: pointAtSandbox(deliverySite, endpoints),
    secrets: createDopplerSource({
      token: endpoints.doppler.token,
      apiHost: endpoints.doppler.url,
      caFile: endpoints.doppler.ca,
    }),
    workDirectory: order.workDirectory,
    terraformRoot: order.workDirectory,
    terraform: {
      binary: 'terraform',
      tool: 'terraform',
      provider: { type: 'registry' },
    },
    stateCaFile: endpoints.s3.ca,
  });
  const common = {
    app: 'shop',
    requestedBy: 'user:default/ada',
    operator: false,
    dryRun: false,
  };
  const published: PublishedRun[] = [];
  for (const one of order.publish) {
    published.push(
      await watched(() =>
        engine.publish(
          {
            ...common,
            ...one,
            repository: 'raw-hosted',
            format: 'raw',
          },
          { door: 'portal' },
        ),
      ),
    );
  }
  const { requestId, project, version } = order.deploy;
  const deployed: PublishedRun[] = [];
  // The first says that it runs there; the figure is of one whose client is warm, as a portal's is.
  for (const id of [`${requestId}-1`, `${requestId}-2`]) {
    deployed.push(
      await watched(() =>
        engine.deploy(
          {
            ...{ ...common, project, version, requestId: id },
            environment: 'dev',
            timeoutMinutes: 5,
            cancelOnTimeout: false,
            force: false,
          },
          { door: 'portal' },
        ),
      ),
    );
  }
  process.send?.({ published, deployed });
}

main().then(
  () => process.disconnect?.(),
  error => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
