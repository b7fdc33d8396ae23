import { parse } from 'yaml';

/** A workflow as far as the runner looks into it; everything else goes on to act as it is. */
export interface WorkflowDocument {
  name?: string;
  defaults?: Defaults;
  jobs?: Record<string, JobDocument>;
  [key: string]: unknown;
}

export interface JobDocument {
  name?: string;
  if?: unknown;
  uses?: string;
  with?: Record<string, unknown>;
  secrets?: 'inherit' | Record<string, unknown>;
  'runs-on'?: unknown;
  environment?: string | { name?: string };
  concurrency?: string | { group?: string };
  'timeout-minutes'?: string | number;
  defaults?: Defaults;
  strategy?: { matrix?: unknown };
  container?: unknown;
  services?: unknown;
  steps?: StepDocument[];
  [key: string]: unknown;
}

export interface StepDocument {
  id?: string;
  name?: string;
  if?: unknown;
  run?: string;
  shell?: string;
  uses?: string;
  with?: Record<string, unknown>;
  env?: Record<string, unknown>;
  'working-directory'?: string;
  [key: string]: unknown;
}

interface Defaults {
  run?: { shell?: string; 'working-directory'?: string };
}

/** @returns undefined for a text that is no map */
export function parseDocument<T extends object>(text: string): T | undefined {
  const value: unknown = parse(text, { merge: true });
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as T)
    : undefined;
}

/** As GitHub calls a step that has no name. */
export function stepName({ name, run, uses }: StepDocument): string {
  return name ?? `Run ${uses ?? firstLine(String(run ?? ''))}`;
}

export function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0];
}
