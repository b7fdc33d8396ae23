import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  deployK8sRequestSchema,
  NanteError,
  parseInput,
  type DeployK8sRequest,
  type RunDocument,
} from '@nante/model';
import { kubernetesFor, nexusFor } from '../connections';
import type { EngineContext } from '../context';
import { readLedger } from '../ledger/ledger';
import { executeRun, type Run } from '../operation/executeRun';
import { newAppRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { chartSource } from './k8s/chartSource';
import { Helm, type Cluster } from './k8s/helm';
import { readKubeconfig } from './k8s/kubeconfig';
import { fingerprintOf, noteText } from './k8s/note';
import {
  entryIdOf,
  install,
  type Making,
  resultOf,
  type Wanted,
} from './k8s/install';
import { withPrivateFolder, writePrivate } from './k8s/privateFiles';
import { currentRelease, type CurrentRelease } from './k8s/revisions';
import { valuesTree } from './k8s/values';
import { assertMayDeploy } from './mayDeploy';

const stepsOf = ({
  dryRun,
  healthUrl,
}: DeployK8sRequest): readonly StepTitle[] => [
  ['check', 'Get the chart and look at the cluster'],
  ...(dryRun
    ? ([['deploy', 'See what the cluster says to it']] as const)
    : ([
        ['lock', "Take the lock of the app's deployments"],
        ['deploy', 'Deploy it, and wait until it is ready'],
        ...(healthUrl ? ([['health', 'Ask it from outside']] as const) : []),
      ] as const)),
];

/** See `Engine.deployK8s`. */
export async function deployK8s(
  context: EngineContext,
  given: DeployK8sRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(deployK8sRequestSchema, given);
  const config = await context.config();
  assertMayDeploy(config, request);
  const { name: cluster, connection } = kubernetesFor(
    config,
    { connection: request.cluster, environment: request.environment },
    { change: !request.dryRun },
  );
  const { app, namespace = app, release = app } = request;
  const tree = valuesTree(request.values);
  const initial = newAppRunDocument('deploy-k8s', request, options, {
    inputs: { ...request },
    byHand: byHandOf(request, { namespace, release }),
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: run =>
        withPrivateFolder(
          `${context.options.workDirectory}/${initial.id}`,
          folder =>
            deploy(run, request, {
              ...{ cluster, folder, namespace, release, tree },
              secret: connection.kubeconfig,
              context: connection.context,
            }),
        ),
    },
    options,
  );
}

function byHandOf(
  { chart, version, valuesFiles }: DeployK8sRequest,
  { namespace, release }: Pick<Making, 'namespace' | 'release'>,
): string[] {
  const files = valuesFiles.map(file => ` --values ${basename(file)}`).join('');
  const options = `--namespace ${namespace} --create-namespace --wait${files}`;
  const from = {
    folder: () => `helm upgrade --install ${release} CHART ${options}`,
    nexus: () =>
      `helm upgrade --install ${release} REPOSITORY/${'name' in chart ? chart.name : ''} --version ${'version' in chart ? chart.version : version} ${options}`,
    manifests: () =>
      `kubectl apply --namespace ${namespace} --recursive --filename MANIFESTS`,
  }[chart.type];
  return [
    'export KUBECONFIG=FILE  # with the value of the secret K8S_KUBECONFIG',
    from(),
  ];
}

async function deploy(
  run: Run,
  request: DeployK8sRequest,
  making: Making,
): Promise<Partial<RunDocument>> {
  const { recorder } = run;
  const wanted = await recorder.step('check', async step => {
    const found = await look(run, request, making);
    const { good } = found.current;
    step.detail(
      `${found.chart.title}; ${good ? `${good.note?.version ?? good.chart} runs there` : 'nothing runs there yet'}`,
    );
    return found;
  });
  const result = resultOf(request, making, wanted);
  if (request.dryRun) {
    await recorder.step('deploy', () =>
      wanted.helm.upgrade(wanted.chart.path, {
        ...{ valuesFiles: wanted.valuesFiles, dryRun: true },
        ...{ description: noteText(wanted.note), seconds: 60 },
      }),
    );
    return { appDeployment: { ...result, healthy: true } };
  }
  const lease = await recorder.step('lock', () => run.lockRecords());
  // Another deployment may have ended while we waited.
  const current = await currentOf(run, wanted.helm, making);
  return install({
    run,
    request,
    making,
    wanted: { ...wanted, current },
    lease,
  });
}

async function look(
  run: Run,
  request: DeployK8sRequest,
  making: Making,
): Promise<Wanted> {
  const { context, redactor, recorder, signal } = run;
  const { folder, namespace, release, secret } = making;
  const { [secret]: text } = await context.options.secrets.read([secret]);
  const kubeconfig = readKubeconfig(text, secret, making.context);
  redactor.add(kubeconfig.secrets);
  const at: Cluster = {
    kubeconfig: await writePrivate(join(folder, 'kubeconfig'), text),
    ...{ context: kubeconfig.context, namespace, redactor, signal },
    log: line => recorder.log('info', line),
  };
  const chart = await chartSource(request.chart, folder, {
    ...{ release, signal },
    nexus: async () => {
      const { connection } =
        'connection' in request.chart
          ? request.chart
          : { connection: undefined };
      const found = nexusFor(run.config, { connection }, { change: false });
      return context.nexus(found.name);
    },
  });
  const own = await writePrivate(
    join(folder, 'values.json'),
    JSON.stringify(making.tree),
  );
  const valuesFiles = [...request.valuesFiles, own];
  const texts = await Promise.all(valuesFiles.map(readValues));
  const helm = new Helm(at, release);
  return {
    ...{ helm, at, chart, valuesFiles },
    note: {
      version: request.version,
      fingerprint: fingerprintOf([request.version, chart.sha256, ...texts]),
    },
    current: await currentOf(run, helm, making),
  };
}

async function readValues(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new NanteError('invalid-input', `There is no values file ${file}.`);
  }
}

async function currentOf(
  { store, recorder }: Run,
  helm: Helm,
  making: Making,
): Promise<CurrentRelease> {
  const entries = await readLedger(store, recorder.document.workspace);
  const isKnown = entries.some(({ id }) => id === entryIdOf(making));
  return currentRelease(helm, making.release, making.namespace, isKnown);
}
