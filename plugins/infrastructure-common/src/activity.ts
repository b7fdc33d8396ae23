import type { SourceAge } from './deployments';

/** One thing that somebody did. */
export interface ActivityEntry {
  /** Stable; entries of two sources about the same thing are two. */
  id: string;
  /** ISO time. */
  at: string;
  source: 'run' | 'octopus' | 'proxmox';
  /** `provision`, `deploy`, an event category of Octopus, a task type of Proxmox. */
  kind: string;
  actor: string;
  /** One sentence; text, never HTML. */
  text: string;
  result: 'succeeded' | 'failed' | 'running' | 'cancelled' | 'unknown';
  runId?: string;
  entityRef?: string;
  environment?: string;
  app?: string;
  url?: string;
}

/** `GET /activity?entityRef=&environment=&app=&source=&kind=&actor=&from=&to=&limit=&before=`: newest first. */
export interface ActivityResponse {
  entries: ActivityEntry[];
  /** `before` of the next page. */
  next?: string;
  sources: SourceAge[];
}
