import type { Entity } from '@backstage/catalog-model';
import {
  MockStarredEntitiesApi,
  catalogApiRef,
  starredEntitiesApiRef,
} from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { CreatePage } from '../create/CreatePage';
import { showAlone } from './alone';

const template = (
  name: string,
  title: string,
  annotations: Record<string, string>,
  tags: string[],
): Entity => ({
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: {
    name,
    title,
    namespace: 'default',
    description: `${title}, described`,
    annotations,
    tags,
  },
  spec: { type: 'infrastructure' },
  relations: [{ type: 'ownedBy', targetRef: 'group:default/platform' }],
});

const entities = [
  template(
    'new-container',
    'New container',
    {
      'nante.dev/group': 'Hosts',
      'nante.dev/creates': 'Container; entry in the catalog',
      'nante.dev/target-seconds': '120',
    },
    ['proxmox'],
  ),
  template(
    'go-service',
    'Go service',
    { 'nante.dev/group': 'Applications', 'nante.dev/creates': 'Repository' },
    ['go'],
  ),
  template('theirs', 'Something else', { 'nante.dev/group': 'Odd' }, []),
];

/** The Create page with three templates, two of them ours. */
export function openCreate(
  options: { path?: string; deny?: string[]; entities?: Entity[] } = {},
) {
  const starred = new MockStarredEntitiesApi();
  return showAlone(<CreatePage />, {
    ...options,
    apis: [
      [
        catalogApiRef,
        catalogApiMock({ entities: options.entities ?? entities }),
      ],
      [starredEntitiesApiRef, starred],
    ],
  });
}
