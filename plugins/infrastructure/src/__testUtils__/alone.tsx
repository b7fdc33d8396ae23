import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { ReactElement } from 'react';
import { backendApi } from './backend';

type Apis = NonNullable<
  NonNullable<Parameters<typeof renderInTestApp>[1]>['apis']
>;

/**
 * A component that another plugin puts on its page, in a small app without that plugin.
 *
 * @param options - `deny`: names of permissions that the person lacks; `path`: address of the page
 */
export function showAlone(
  element: ReactElement,
  options: { apis?: readonly unknown[]; deny?: string[]; path?: string } = {},
) {
  const { deny = [], apis = [], path = '/' } = options;
  return renderInTestApp(element, {
    initialRouteEntries: [path],
    apis: [
      backendApi(),
      mockApis.permission({
        authorize: ({ permission }) =>
          deny.includes(permission.name)
            ? AuthorizeResult.DENY
            : AuthorizeResult.ALLOW,
      }),
      ...apis,
    ] as unknown as Apis,
  });
}
