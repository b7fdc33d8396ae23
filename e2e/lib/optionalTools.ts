import path from 'node:path';
import { runCommand } from './command';
import { say } from './report';

/** Programs that are built where Go is, each at one version: what is on the PATH is taken first. */
const goModules = {
  crane: 'github.com/google/go-containerregistry/cmd/crane@v0.22.1',
  helm: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
} as const;

/** Programs that come with the machine or its packages. */
const installed = ['skopeo', 'buildah', 'go'] as const;

/** A program that a scenario can do without. */
export type OptionalTool = keyof typeof goModules | (typeof installed)[number];

const isInstalled = (name: OptionalTool): name is (typeof installed)[number] =>
  (installed as readonly string[]).includes(name);

/** Where the scripts put tools, and where their PATH leads. */
const bin = path.resolve(__dirname, '../../.tools/bin');

async function answers(file: string): Promise<boolean> {
  const name = path.basename(file);
  const args = [/^(skopeo|buildah)$/.test(name) ? '--version' : 'version'];
  return runCommand(file, args).then(
    ({ code }) => code === 0,
    () => false,
  );
}

/**
 * Finds a program, or builds it into the clone.
 *
 * @returns how to call it; undefined where it is not here and cannot be built, which is said
 * @throws Error where `NANTE_REQUIRE_LAB=1` and it is not here
 */
export async function optionalTool(
  name: OptionalTool,
): Promise<string | undefined> {
  const file = path.join(bin, name);
  for (const candidate of [name, file])
    if (await answers(candidate)) return candidate;
  const reason = isInstalled(name)
    ? `${name} is not here: install it, such as by the package of this name`
    : await build(goModules[name], file);
  if (reason === undefined) return file;
  if (process.env.NANTE_REQUIRE_LAB === '1')
    throw new Error(`NANTE_REQUIRE_LAB=1, and ${reason}`);
  say(`  left out: ${reason}`);
  return undefined;
}

/** @returns why there is none; undefined when there is one now */
async function build(
  module: string,
  file: string,
): Promise<string | undefined> {
  const name = path.basename(file);
  if (!(await answers('go')))
    return `${name} is not here, and neither is Go to build it`;
  say(`  building ${module}, which takes a minute or two`);
  const lines: string[] = [];
  const { code } = await runCommand('go', ['install', module], {
    env: { ...process.env, GOBIN: bin, GOFLAGS: '-mod=mod' },
    onLine: line => lines.push(line),
  });
  return code === 0 && (await answers(file))
    ? undefined
    : `${name} could not be built: ${lines.slice(-3).join(' / ')}`;
}
