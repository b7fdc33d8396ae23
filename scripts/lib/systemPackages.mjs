// What only root can install: the browser of the tests, the tools of the lab, a client of registries. Said before it is done.
import { canRun, run } from './command.mjs';
import { StepError } from './steps.mjs';

/** Program to look for, and the Debian package that has it. */
const wanted = [
  ['chromium', ['--version'], 'chromium'],
  ['systemd-nspawn', ['--version'], 'systemd-container'],
  ['debootstrap', ['--version'], 'debootstrap'],
  ['ip', ['-V'], 'iproute2'],
  ['nft', ['--version'], 'nftables'],
  ['mkfs.ext4', ['-V'], 'e2fsprogs'],
  ['ssh', ['-V'], 'openssh-client'],
  ['skopeo', ['--version'], 'skopeo'],
  // Builds images of workflows where no Docker engine answers.
  ['buildah', ['--version'], 'buildah'],
];

/**
 * Installs what the browser test and the lab need where we are root on a Debian or Ubuntu; elsewhere what is missing is
 * only named, and the tests that need it are skipped with that reason.
 *
 * @param {(line: string) => void} progress
 */
export async function ensureSystemPackages(progress) {
  const missing = [];
  for (const [program, args, name] of wanted) {
    if (!(await canRun(program, args))) missing.push(name);
  }
  if (missing.length === 0) return 'all there';
  if (process.getuid?.() !== 0 || !(await canRun('apt-get'))) {
    return `missing, and not installed without root and apt: ${missing.join(', ')}`;
  }
  progress(
    `installing with apt-get, since this is root: ${missing.join(', ')}`,
  );
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env, onLine: progress });
  const { code, output } = await run(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', ...missing],
    { env, onLine: progress },
  );
  if (code !== 0) {
    throw new StepError(
      `apt-get could not install ${missing.join(', ')}:\n${output}`,
      'install them by hand',
    );
  }
  return `installed ${missing.join(', ')}`;
}
