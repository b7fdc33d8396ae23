import { createRedactor } from '../process/redactor';
import { withoutSecrets } from '../operation/knownSecrets';

/**
 * The same client, whose errors have no secret in them: systems repeat in their answers what they were sent, and errors
 * are shown on pages and written into logs.
 *
 * @param client - those of its functions that can fail are asynchronous
 * @param secrets - asked for when there is an error
 */
export function maskErrors<T extends object>(
  client: T,
  secrets: () => Promise<Iterable<string | undefined>>,
): T {
  const hide = async (error: unknown): Promise<never> => {
    throw withoutSecrets(error, createRedactor(await secrets()));
  };
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const answer: unknown = member.apply(target, args);
        return answer instanceof Promise ? answer.catch(hide) : answer;
      };
    },
  });
}
