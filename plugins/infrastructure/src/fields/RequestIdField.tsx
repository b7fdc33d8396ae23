import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { useEffect } from 'react';
import { createFormField } from '../alphaImports';

const schema = makeFieldSchema({
  output: z => z.string().describe('Id of the request, kept over retries'),
});

/** A new id of 32 hex digits; `crypto.randomUUID` is missing on pages that come over plain HTTP. */
export function newRequestId(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return [...random].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Nothing to see: one id for each form that is opened, so that a form sent twice is one request. */
export function RequestIdField(props: typeof schema.TProps) {
  const { formData, onChange } = props;
  useEffect(() => {
    if (!formData) onChange(newRequestId());
  }, [formData, onChange]);
  return null;
}

export const requestIdField = createFormField({
  name: 'NanteRequestId',
  component: RequestIdField,
  schema,
});
