import {
  createEngine,
  createRedactor,
  pointAtSandbox,
  type Engine,
  type RunOptions,
} from '@nante/engine';
import {
  NanteError,
  secretDefinitions,
  secretNames,
  type RunDocument,
} from '@nante/model';
import { doorOf, linkOf, requestedBy } from './actor';
import type { Inputs } from './inputs';
import type { Reporter } from './output/reporter';
import { chooseRequestId } from './requestId';
import { readSettings } from './settings';
import type { World } from './world';

/** What a verb answers. */
export interface Answer {
  run?: RunDocument;
  /** For `--json`, where there is no run or more than it. */
  data?: unknown;
  /** The same for a person, a line each. */
  lines?: string[];
  /** What is wrong although the verb did its work, such as a failed check of the doctor. */
  problem?: NanteError;
}

/** A verb: inputs in, an answer out. */
export type Verb = (session: Session) => Promise<Answer>;

/** One call of a verb. */
export interface Session {
  inputs: Inputs;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  door: RunOptions['door'];
  /** The engine, with the sandbox's addresses where one was named. */
  engine(): Promise<Engine>;
  /** The engine with the configuration as it stands in the bucket. */
  plainEngine(): Promise<Engine>;
  /** Whether who asks counts as an operator: by the configuration, never by an input. */
  isOperator(): Promise<boolean>;
  /** Who asks, and under which id. */
  actor(
    what: readonly (string | undefined)[],
  ): Promise<{ requestId: string; requestedBy: string; operator: boolean }>;
  runOptions(): RunOptions;
}

/** @param program - folder that this program lies in */
export function createSession(
  inputs: Inputs,
  world: World,
  reporter: Reporter,
  signal: AbortSignal,
  program: string,
): Session {
  const { env } = world;
  const door = doorOf(env);
  let opened: Promise<{ plain: Engine; engine: () => Promise<Engine> }>;
  const settings = once(() => readSettings(inputs, env, program));
  const open = () => {
    opened ??= (async () => {
      const { options, endpoints } = settings();
      await learnSecrets(options.secrets, reporter, signal);
      const all = {
        ...options,
        timing: world.timing,
        log: (_level: string, line: string) => reporter.note(line),
      };
      const plain = createEngine(all);
      const pointed = once(async () =>
        createEngine({
          ...all,
          config: pointAtSandbox(await plain.config(), endpoints!),
        }),
      );
      return { plain, engine: async () => (endpoints ? pointed() : plain) };
    })();
    return opened;
  };
  const session: Session = {
    inputs,
    env,
    signal,
    door,
    engine: async () => (await open()).engine(),
    plainEngine: async () => (await open()).plain,
    async isOperator() {
      const { policy } = await (await session.engine()).config();
      return policy.operatorDoors.some(name => name === door);
    },
    async actor(what) {
      const engine = await session.engine();
      return {
        requestId:
          inputs.text('request-id') ??
          (await chooseRequestId(engine, env, what)),
        requestedBy: requestedBy(env),
        operator: await session.isOperator(),
      };
    },
    runOptions: () => ({
      door,
      link: linkOf(env),
      signal,
      onRun: run => reporter.run(run),
      onLog: line => reporter.log(line),
    }),
  };
  return session;
}

/** From here on no secret is printed, whoever says it; on a runner not by other steps either. */
async function learnSecrets(
  source: ReturnType<typeof readSettings>['options']['secrets'],
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const names = secretNames.filter(name => secretDefinitions[name].secret);
  try {
    const values = Object.values(
      await source.readOptional(names, { signal }),
    ).filter(value => value !== undefined);
    const redactor = createRedactor(values);
    reporter.learnSecrets(values, text => redactor.redact(text));
  } catch (error) {
    // Whoever needs them says better what is wrong with their source.
    if (NanteError.is(error) && error.code === 'cancelled') throw error;
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
