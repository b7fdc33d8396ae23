import { delimiter, join } from 'node:path';
import { NanteError, secretDefinitions } from '@nante/model';
import { createRedactor, runProcess } from '../process';
import { callbackName } from './callback';
import type { PrivateFolder } from './privateFolder';

/** Where Ansible and its playbooks lie. */
export interface AnsibleInstallation {
  /** Folder with `ansible-playbook`. */
  bin: string;
  /** Folder with the playbooks, `roles/` and `ansible.cfg`. */
  project: string;
}

/**
 * What Ansible is told by its environment, which rules over any configuration file: only pinned host keys, only the one
 * private key, connections that are kept while the play runs, facts that are remembered.
 *
 * @param facts - folder of remembered facts
 * @param home - what Ansible would keep below the home folder
 * @param check - nothing of a host may change, not even by a folder for what is sent to it
 * @param environment - secrets for roles, checked by `checkEnvironment`
 */
export function ansibleEnvironment(
  { bin, project }: AnsibleInstallation,
  paths: PrivateFolder,
  {
    facts,
    home,
    check,
    environment,
  }: {
    facts: string;
    home: string;
    check?: boolean;
    environment?: Readonly<Record<string, string>>;
  },
): Record<string, string> {
  const verified = [
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${paths.knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'PasswordAuthentication=no',
  ];
  const kept = [
    'ControlMaster=auto',
    'ControlPersist=600',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
  ];
  const options = (list: readonly string[]) =>
    list.map(option => `-o ${option}`).join(' ');
  return {
    ...environment,
    // Ansible refuses a locale that is not UTF-8.
    LC_ALL: 'C.UTF-8',
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    ANSIBLE_CONFIG: join(project, 'ansible.cfg'),
    ANSIBLE_ROLES_PATH: join(project, 'roles'),
    ANSIBLE_HOME: home,
    ANSIBLE_LOCAL_TEMP: paths.temporary,
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_STDOUT_CALLBACK: callbackName,
    ANSIBLE_CALLBACK_PLUGINS: paths.plugins,
    ANSIBLE_HOST_KEY_CHECKING: 'True',
    ANSIBLE_PRIVATE_KEY_FILE: paths.privateKey,
    ANSIBLE_SSH_ARGS: options(kept),
    ANSIBLE_SSH_COMMON_ARGS: options(verified),
    ANSIBLE_SSH_CONTROL_PATH_DIR: paths.sockets,
    ANSIBLE_PIPELINING: 'True',
    // Else ~/.ansible/tmp would stay. This is memory, and there on every Linux.
    ...(check ? { ANSIBLE_REMOTE_TMP: '/dev/shm' } : {}),
    ANSIBLE_FORKS: '50',
    ANSIBLE_TIMEOUT: '15',
    ANSIBLE_GATHERING: 'smart',
    // Every Debian and Ubuntu has it there, and looking for others costs a second of each play.
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    ANSIBLE_CACHE_PLUGIN: 'jsonfile',
    ANSIBLE_CACHE_PLUGIN_CONNECTION: facts,
    ANSIBLE_CACHE_PLUGIN_TIMEOUT: '3600',
    ANSIBLE_RETRY_FILES_ENABLED: 'False',
    ANSIBLE_DEPRECATION_WARNINGS: 'False',
    ANSIBLE_LOCALHOST_WARNING: 'False',
    // A debugger would wait for a person who isn't there.
    ANSIBLE_ENABLE_TASK_DEBUGGER: 'False',
    ANSIBLE_FORCE_COLOR: '0',
    PYTHONUNBUFFERED: '1',
  };
}

/** @throws NanteError `invalid-input` for names that no secret of ours has, which could steer Ansible or a program */
export function checkEnvironment(
  environment: Readonly<Record<string, string>>,
): void {
  const wrong = Object.keys(environment).filter(
    name => !isSecretName(name) && !/^TS_AUTHKEY_[A-Z0-9_]+$/.test(name),
  );
  if (wrong.length === 0) return;
  throw new NanteError(
    'invalid-input',
    `These names cannot stand in the environment of a play: ${wrong.join(', ')}.`,
    { hint: 'Use those of docs/secrets.md.' },
  );
}

/** Values of an environment that nobody may read. */
export function secretsIn(
  environment: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(environment)
    .filter(([name]) => !isSecretName(name) || secretDefinitions[name].secret)
    .map(([, value]) => value);
}

function isSecretName(name: string): name is keyof typeof secretDefinitions {
  return Object.hasOwn(secretDefinitions, name);
}

/**
 * Which Ansible an installation is, for documents; undefined where it does not say, since that is no reason to end a run
 * which may not need it.
 */
export async function ansibleVersion({
  bin,
}: AnsibleInstallation): Promise<string | undefined> {
  try {
    const { stdout } = await runProcess({
      file: join(bin, 'ansible-playbook'),
      args: ['--version'],
      env: { LC_ALL: 'C.UTF-8' },
      timeoutMs: 30_000,
      redactor: createRedactor(),
    });
    const [, version] = /\[core ([\w.]+)\]/.exec(stdout[0] ?? '') ?? [];
    return version && `ansible-core ${version}`;
  } catch {
    return undefined;
  }
}
