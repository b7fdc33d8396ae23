import type { DeploymentMatrixResponse } from '@nante/plugin-infrastructure-common';

interface Known {
  connection: string;
  id: string;
}

function keep<T extends Known>(before: T[], after: T[]): T[] {
  const known = new Map(
    before.map(item => [`${item.connection}/${item.id}`, item]),
  );
  const items = after.map(item => {
    const old = known.get(`${item.connection}/${item.id}`);
    return old && JSON.stringify(old) === JSON.stringify(item) ? old : item;
  });
  const isSame =
    items.length === before.length &&
    items.every((item, index) => item === before[index]);
  return isSame ? before : items;
}

/** A new matrix, in which what did not change is the same object as before: only the rest is drawn again. */
export function keepUnchanged(
  before: DeploymentMatrixResponse | undefined,
  after: DeploymentMatrixResponse,
): DeploymentMatrixResponse {
  if (!before) return after;
  return {
    ...after,
    environments: keep(before.environments, after.environments),
    projects: keep(before.projects, after.projects),
  };
}
