import { z } from 'zod';

/**
 * A DNS label as host and app names have to be: lower case letters, digits and inner hyphens, starting with a letter,
 * at most 40 characters so that `<app>-<environment>-<host>` still fits where systems allow 63.
 */
export const dnsLabelPattern = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** One message for every door, so that a person reads the same words in the form, the terminal and the workflow. */
export const dnsLabelHint =
  'use lower case letters, digits and inner hyphens, start with a letter, at most 40 characters';

/** Schema of a host, app or environment name. */
export const dnsLabelSchema = z.string().regex(dnsLabelPattern, dnsLabelHint);

/**
 * Name of the Terraform workspace of an app in an environment.
 *
 * @param app - DNS label
 * @param environment - DNS label
 * @returns `<app>-<environment>`
 */
export function workspaceName(app: string, environment: string): string {
  return `${app}-${environment}`;
}
