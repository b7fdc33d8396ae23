import type { z as zod } from 'zod/v3';

/** The zod that the scaffolder hands to schemas. */
type Z = typeof zod;

/** A host of ours, as `NanteHostPicker` names it. */
export const hostInput = (z: Z) =>
  z.object({
    name: z.string().describe('Host name'),
    app: z.string().describe('Name of the app'),
    environment: z.string().describe('Name of the environment'),
    entityRef: z
      .string()
      .optional()
      .describe('Entity ref, for the form alone: the host is looked up'),
  });

/** Roles and their arguments, as `NanteSoftware` chooses them. */
export const rolesInput = (z: Z) =>
  z
    .array(
      z.object({
        name: z.string().describe('Name of the role'),
        arguments: z
          .record(z.unknown())
          .optional()
          .describe('Arguments by name; no secrets: tasks are kept'),
      }),
    )
    .optional();

export const requestIdInput = (z: Z) =>
  z
    .string()
    .optional()
    .describe('Id of the request: the same id never does anything twice');

export const runIdOutput = (z: Z) =>
  z.string().describe('Id of the run; its page is /runs/<id>');
