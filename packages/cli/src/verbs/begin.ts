import type { Session } from '../session';

/**
 * Engine, actor and options of a verb that changes something.
 *
 * @param what - what else tells this request from others of the same workflow run
 */
export async function begin(
  session: Session,
  verb: string,
  ...what: (string | undefined)[]
) {
  const { inputs } = session;
  const [name, app, environment] = [
    inputs.text('name'),
    inputs.text('app'),
    inputs.text('environment'),
  ];
  return {
    engine: await session.engine(),
    actor: await session.actor([verb, app, environment, name, ...what]),
    options: session.runOptions(),
  };
}
