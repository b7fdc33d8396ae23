import { choose, demand } from './missing';
import type { SecretSource } from './types';

/**
 * Secrets out of environment variables of the same names.
 *
 * @param env - `process.env` unless given; read at each call
 */
export function createEnvironmentSource(
  env: NodeJS.ProcessEnv = process.env,
): SecretSource {
  const source: SecretSource = {
    title: 'the environment',
    read: async names => demand(source, env, names),
    readOptional: async names => choose(env, names),
  };
  return source;
}
