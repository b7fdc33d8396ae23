import type { ObjectStore } from '@nante/clients';
import type { Redactor } from '../process';
import type { ParsedLine } from './events';
import type { StandInServer } from './provider';
import type { WorkspacePaths } from './root';

/** What Terraform needs to know to work on one workspace. */
export interface TerraformSetting {
  binary: string;
  workspace: string;
  runId: string;
  bucket: string;
  store: ObjectStore;
  paths: WorkspacePaths;
  /** Credentials and addresses; the only way they go in. */
  environment: Record<string, string>;
  lockTimeoutSeconds: number;
  /** For a look at a plan only: nothing is locked, and no workspace is made. */
  readOnly?: boolean;
  /** Milliseconds that a cancelled Terraform is waited for; it is never killed. */
  cancelGraceMs: number;
  /** Takes secrets out of everything that Terraform prints. */
  redactor: Redactor;
  onLine(line: ParsedLine): void;
  /** A stand-in server for one command; does nothing for the real provider. */
  startProvider(): Promise<StandInServer>;
  /** Brings the copy of the root up to date; answers what an `init` depends on. */
  copyRoot(): Promise<string>;
}
