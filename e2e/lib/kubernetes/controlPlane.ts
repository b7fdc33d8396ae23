import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { freePort } from '../ports';
import { until } from '../until';
import type { KubernetesParts } from './parts';

/** A control plane of upstream Kubernetes on this machine. */
export interface ControlPlane {
  /** Of somebody who may do everything; a file. */
  kubeconfig: string;
}

/**
 * Starts etcd, API server, controller manager and scheduler.
 *
 * @param address - at which nodes reach this machine
 */
export async function startControlPlane(
  undo: (() => unknown)[],
  parts: KubernetesParts,
  folder: string,
  address: string,
): Promise<ControlPlane> {
  fs.mkdirSync(folder, { recursive: true });
  const at = (name: string) => path.join(folder, name);
  const start = (name: string, file: string, args: string[]) =>
    startProgram(undo, at(`${name}.log`), file, args);
  const [client, peer, secure] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
  ]);

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  fs.writeFileSync(
    at('accounts.key'),
    privateKey.export({ type: 'pkcs8', format: 'pem' }),
    { mode: 0o600 },
  );
  const token = randomBytes(24).toString('hex');
  fs.writeFileSync(at('tokens.csv'), `${token},admin,admin,system:masters\n`, {
    mode: 0o600,
  });

  start('etcd', parts.etcd, [
    ...['--data-dir', at('etcd'), '--log-level', 'warn'],
    ...['--listen-client-urls', `http://127.0.0.1:${client}`],
    ...['--advertise-client-urls', `http://127.0.0.1:${client}`],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
    ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
    ...['--initial-cluster', `default=http://127.0.0.1:${peer}`],
  ]);
  start('kube-apiserver', parts['kube-apiserver'], [
    `--etcd-servers=http://127.0.0.1:${client}`,
    ...[`--secure-port=${secure}`, `--bind-address=${address}`],
    ...[`--advertise-address=${address}`, `--cert-dir=${at('certificates')}`],
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${at('accounts.key')}`,
    `--service-account-key-file=${at('accounts.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--token-auth-file=${at('tokens.csv')}`,
    '--authorization-mode=RBAC',
    // Pods get no token here: nothing in them asks the API server.
    '--disable-admission-plugins=ServiceAccount',
    '--kubelet-preferred-address-types=InternalIP',
  ]);
  const server = `https://${address}:${secure}`;
  const certificate = at('certificates/apiserver.crt');
  await until('the API server has a certificate', async () =>
    fs.existsSync(certificate),
  );
  const kubeconfig = at('kubeconfig');
  fs.writeFileSync(
    kubeconfig,
    JSON.stringify(
      kubeconfigOf(server, fs.readFileSync(certificate), token),
      null,
      2,
    ),
    { mode: 0o600 },
  );
  await until('the API server is ready', async () => {
    const child = spawn('kubectl', ['get', '--raw', '/readyz'], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: 'ignore',
    });
    return (await ended(child)) === 0;
  });
  for (const name of ['kube-controller-manager', 'kube-scheduler'] as const)
    start(name, parts[name], [
      ...[`--kubeconfig=${kubeconfig}`, '--leader-elect=false'],
      '--secure-port=0',
    ]);
  return { kubeconfig };
}

function kubeconfigOf(server: string, authority: Buffer, token: string) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'verify',
        cluster: {
          server,
          'certificate-authority-data': authority.toString('base64'),
        },
      },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [
      { name: 'verify', context: { cluster: 'verify', user: 'admin' } },
    ],
    'current-context': 'verify',
  };
}

function startProgram(
  undo: (() => unknown)[],
  log: string,
  file: string,
  args: string[],
): void {
  const output = fs.openSync(log, 'a');
  const child = spawn(file, args, { stdio: ['ignore', output, output] });
  fs.closeSync(output);
  const end = ended(child);
  undo.push(async () => {
    child.kill('SIGKILL');
    await end;
  });
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve(code ?? 1));
  });
}
