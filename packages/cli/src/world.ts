import type { EngineOptions } from '@nante/engine';

/** Where text goes. */
export interface TextStream {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** What a call of the program touches beside the engine; tests bring their own. */
export interface World {
  env: NodeJS.ProcessEnv;
  stdout: TextStream;
  stderr: TextStream;
  /** Told about SIGINT and SIGTERM. */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Shorter waits, for tests. */
  timing?: EngineOptions['timing'];
}

/** True inside a step of GitHub Actions. */
export const isWorkflow = ({ GITHUB_ACTIONS }: NodeJS.ProcessEnv) =>
  GITHUB_ACTIONS === 'true';
