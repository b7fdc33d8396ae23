import { DopplerError } from './errors';
import { projectName } from './secretStore';
import { configNames, type ConfigName, type TokenHolder } from './tokens';

/** The config that a request means. @throws DopplerError 400, 403 or 404 */
export function requestedConfig(
  holder: TokenHolder,
  project: string | undefined,
  config: string | undefined,
): ConfigName {
  if (holder.boundTo) {
    const isOther =
      (project && project !== projectName) ||
      (config && config !== holder.boundTo);
    if (isOther)
      throw new DopplerError(
        403,
        `This token does not have access to requested project '${project || projectName}' and config '${config || holder.boundTo}'`,
      );
    return holder.boundTo;
  }
  checkProject(holder, project);
  if (!config) throw new DopplerError(400, 'You must specify a config');
  const known = configNames.find(name => name === config);
  if (!known)
    throw new DopplerError(404, `Could not find requested config '${config}'`);
  return known;
}

/** @throws DopplerError 400, 403 or 404 */
export function checkProject(
  holder: TokenHolder,
  project: string | undefined,
): void {
  if (project === projectName || (!project && holder.boundTo)) return;
  if (!project) throw new DopplerError(400, 'You must specify a project');
  if (holder.boundTo)
    throw new DopplerError(
      403,
      `This token does not have access to requested project '${project}'`,
    );
  throw new DopplerError(404, `Could not find requested project '${project}'`);
}

/** Which configs a token may see in a list. */
export function isVisibleTo(holder: TokenHolder) {
  return (config: ConfigName) =>
    holder.boundTo === undefined || holder.boundTo === config;
}

/** Service tokens only read. @throws DopplerError 403 */
export function refuseReadOnly(holder: TokenHolder): void {
  if (holder.boundTo)
    throw new DopplerError(403, 'This token does not have write access');
}
