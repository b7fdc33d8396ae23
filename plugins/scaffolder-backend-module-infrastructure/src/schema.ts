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

/** What makes a host a deployment target, as `NanteTarget` chooses it. */
export const targetInput = (z: Z) =>
  z.object({
    environments: z
      .array(z.string())
      .optional()
      .describe(
        'Environments of Octopus by name; that of the host unless given',
      ),
    roles: z
      .array(z.string())
      .optional()
      .describe('Target tags; the name of the app unless given'),
    style: z
      .enum(['ssh', 'listening', 'polling', 'kubernetes'])
      .optional()
      .describe('How Octopus reaches it; ssh unless given'),
    policy: z
      .string()
      .optional()
      .describe("Machine policy by name; the space's default unless given"),
  });

export const appInput = (z: Z) =>
  z.string().describe('Component that it is about: an entity ref, or its name');

export const newOwnerInput = (z: Z) =>
  z
    .string()
    .optional()
    .describe(
      'Group that asks for an app that the catalog does not have yet, an entity ref; one of your own',
    );

export const octopusInput = (z: Z) =>
  z
    .string()
    .optional()
    .describe(
      'Connection of Octopus; that of the component or environment unless given, else the only one',
    );

export const nexusInput = (z: Z) =>
  z
    .string()
    .optional()
    .describe('Connection of Nexus; the only one unless given');

export const githubInput = (z: Z) =>
  z
    .string()
    .optional()
    .describe('Connection of GitHub; the only one unless given');

export const projectInput = (z: Z) =>
  z
    .string()
    .optional()
    .describe(
      "Project by name or slug; the component's unless given, and another one only for operators",
    );

export const commitInput = (z: Z) =>
  z.string().optional().describe('Commit that it was built from');

export const buildUrlInput = (z: Z) =>
  z.string().optional().describe('Address of the run that built it');
