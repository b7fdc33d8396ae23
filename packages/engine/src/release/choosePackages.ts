import { setTimeout as sleep } from 'node:timers/promises';
import type {
  OctopusApi,
  OctopusProcess,
  ProcessPackage,
} from '@nante/clients';
import { NanteError, type ReleaseRequest } from '@nante/model';
import type { Run } from '../operation/executeRun';

/** A package of a release, with the version that was chosen. */
export interface ChosenPackage extends ProcessPackage {
  version: string;
  /** Name of its feed. */
  feed: string;
  /** The request names the version; otherwise it is the newest of the feed. */
  isNamed: boolean;
}

/** Versions of a feed that are looked through for one that was named. */
const versionsLooked = 1_000;
/** How often a feed is asked for a version that was published a moment ago. */
const looks = 5;

/**
 * The version of each package that a release takes.
 *
 * @throws NanteError `invalid-input` for a name that is no step and no package, and for a version that the feed does not have
 */
export async function choosePackages(
  run: Run,
  api: OctopusApi,
  request: ReleaseRequest,
  process: OctopusProcess,
): Promise<ChosenPackage[]> {
  assertKnown(request, process);
  const feeds = await api.feeds({ signal: run.signal });
  return Promise.all(
    process.packages.map(async (used): Promise<ChosenPackage> => {
      const named = namedVersion(request, used) ?? request.packageVersion;
      const feed = feeds.find(({ id }) => id === used.feedId)?.name;
      const at = { ...used, feed: feed ?? used.feedId };
      return named === undefined
        ? { ...at, version: await newest(run, api, at), isNamed: false }
        : { ...at, version: await present(run, api, at, named), isNamed: true };
    }),
  );
}

function namedVersion(
  { packages }: Pick<ReleaseRequest, 'packages'>,
  { step, action, packageId }: ProcessPackage,
): string | undefined {
  // Whoever names a step means this very one; a package may be in several.
  const name = [step, action, packageId].find(known =>
    Object.hasOwn(packages, known),
  );
  return name === undefined ? undefined : packages[name];
}

function assertKnown(
  { packages }: ReleaseRequest,
  process: OctopusProcess,
): void {
  const known = process.packages.flatMap(({ step, action, packageId }) => [
    step,
    action,
    packageId,
  ]);
  const unknown = Object.keys(packages).filter(name => !known.includes(name));
  if (unknown.length === 0) return;
  const names = process.packages.map(
    ({ step, packageId }) => `"${step}" (${packageId})`,
  );
  throw new NanteError(
    'invalid-input',
    `The process deploys nothing called ${unknown.map(name => `"${name}"`).join(', ')}.`,
    {
      hint:
        names.length > 0
          ? `Name a step or a package of it: ${names.join(', ')}.`
          : 'The process has no step with a package.',
    },
  );
}

async function newest(
  { signal }: Run,
  api: OctopusApi,
  { feedId, feed, packageId }: ProcessPackage & { feed: string },
): Promise<string> {
  const [version] = await api.packageVersions(
    feedId,
    packageId,
    { take: 1 },
    { signal },
  );
  if (version !== undefined) return version;
  throw new NanteError(
    'invalid-input',
    `The feed "${feed}" has no version of ${packageId}.`,
    { hint: 'Publish one first: nante publish.' },
  );
}

/** Waits a little for a version: what was published a moment ago is not at once in every index. */
async function present(
  { context, recorder, signal }: Run,
  api: OctopusApi,
  { feedId, feed, packageId }: ProcessPackage & { feed: string },
  wanted: string,
): Promise<string> {
  let known: string[] = [];
  for (let look = 0; look < looks; look += 1) {
    if (look > 0)
      await sleep(context.timing.taskPollMs, undefined, { signal }).catch(
        () => {},
      );
    known = await api.packageVersions(
      feedId,
      packageId,
      { take: versionsLooked },
      { signal },
    );
    if (known.includes(wanted)) return wanted;
    if (known.length >= versionsLooked) {
      recorder.log(
        'warn',
        `${wanted} of ${packageId} is not among the ${versionsLooked} newest of the feed "${feed}"; it is taken as it was named.`,
      );
      return wanted;
    }
  }
  throw new NanteError(
    'invalid-input',
    `The feed "${feed}" has no ${wanted} of ${packageId}.`,
    {
      hint:
        known.length > 0
          ? `Its newest are ${known.slice(0, 5).join(', ')}.`
          : 'It has no version of it. Publish one first: nante publish.',
    },
  );
}
