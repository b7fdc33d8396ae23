import { NanteError, type DeployK8sRequest } from '@nante/model';

type Value = DeployK8sRequest['values'][string];
interface Tree {
  [key: string]: Value | Tree;
}

/**
 * Values by their paths, such as `image.digest`, as the tree that Helm reads from a file: on its command line commas, braces
 * and numbers would mean something.
 *
 * @throws NanteError `invalid-input` where one path runs through the value of another
 */
export function valuesTree(values: DeployK8sRequest['values']): Tree {
  const tree: Tree = Object.create(null) as Tree;
  for (const [path, value] of Object.entries(values)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    let place = tree;
    for (const key of keys) {
      place[key] ??= Object.create(null) as Tree;
      const next = place[key];
      if (typeof next !== 'object') throw crossing(path);
      place = next;
    }
    if (last in place) throw crossing(path);
    place[last] = value;
  }
  return tree;
}

function crossing(path: string): NanteError {
  return new NanteError(
    'invalid-input',
    `The value ${path} contradicts another one: the same place cannot hold a value and values below it.`,
  );
}
