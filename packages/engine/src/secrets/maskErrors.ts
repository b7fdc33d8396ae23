import { createRedactor } from '../process/redactor';
import { withoutSecrets } from '../operation/knownSecrets';

/**
 * The same client, whose errors have no secret in them: systems repeat in their answers what they were sent, and errors
 * are shown on pages and written into logs.
 *
 * @param client - all of its functions are asynchronous
 * @param secrets - asked for when there is an error
 */
export function maskErrors<T extends object>(
  client: T,
  secrets: () => Promise<Iterable<string | undefined>>,
): T {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        try {
          return await member.apply(target, args);
        } catch (error) {
          throw withoutSecrets(error, createRedactor(await secrets()));
        }
      };
    },
  });
}
