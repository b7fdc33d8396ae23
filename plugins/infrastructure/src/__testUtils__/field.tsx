import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import {
  type ApiHolder,
  translationApiRef,
} from '@backstage/frontend-plugin-api';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { ComponentType } from 'react';
import { useState } from 'react';
import { InfrastructureClient } from '../api/InfrastructureClient';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { backendApi } from './backend';

/**
 * A field in a form that keeps its value.
 *
 * @param props - what the form gives the field; `formContext.formData` are the values of the fields beside it
 * @returns what the field said, in order
 */
export function showField<P>(
  Field: ComponentType<P>,
  props: {
    formData?: unknown;
    uiSchema?: object;
    schema?: object;
    formContext?: object;
  } = {},
) {
  const values: unknown[] = [];
  function Form() {
    const [value, setValue] = useState(props.formData);
    const all = {
      schema: {},
      uiSchema: {},
      ...props,
      formData: value,
      onChange: (next: unknown) => {
        values.push(next);
        setValue(next);
      },
    };
    return <Field {...(all as unknown as P & JSX.IntrinsicAttributes)} />;
  }
  renderInTestApp(<Form />, {
    apis: [
      backendApi(),
      mockApis.permission({ authorize: AuthorizeResult.ALLOW }),
    ],
  });
  return values;
}

type Validation = (
  value: never,
  field: { addError(message: string): void },
  context: { apiHolder: ApiHolder; formData: object },
) => unknown;

/** What a field's validation says of a value, in a form with other values beside it. */
export async function problemsOf(
  field: { $$type: string },
  value: unknown,
  formData: object = {},
): Promise<string[]> {
  const { validation } = field as unknown as { validation: Validation };
  const client = new InfrastructureClient({
    discoveryApi: mockApis.discovery({ baseUrl: 'http://localhost:7007' }),
    fetchApi: { fetch: (input, init) => fetch(input, init) },
  });
  const apis = new Map<string, unknown>([
    [infrastructureApiRef.id, client],
    [translationApiRef.id, mockApis.translation()],
  ]);
  const problems: string[] = [];
  await validation(
    value as never,
    { addError: message => problems.push(message) },
    {
      apiHolder: { get: ref => apis.get(ref.id) as never },
      formData,
    },
  );
  return problems;
}
