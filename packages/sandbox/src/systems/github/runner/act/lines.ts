/** A line of act's JSON, as far as the runner reads it. */
export interface ActLine {
  msg: string;
  level: string;
  /** Padded and with the names of callers; undefined for what belongs to no job. */
  job?: string;
  matrix?: Record<string, unknown>;
  /** Ids from the step of the job down to the one of a composite action. */
  stepIds: string[];
  step?: string;
  stage?: 'Pre' | 'Main' | 'Post';
  stepResult?: string;
  jobResult?: string;
  isOutput: boolean;
  command?: string;
  arg?: string;
  name?: string;
  raw?: string;
  content?: string;
  kvPairs?: Record<string, string>;
}

/** @returns undefined for what is no JSON of act */
export function readActLine(text: string): ActLine | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (typeof fields?.msg !== 'string') return undefined;
  const { stepID, stepid, raw_output: isOutput, ...others } = fields;
  return {
    ...(others as unknown as ActLine),
    // The two ends of a job spell it in their own way.
    stepIds: (stepID ?? stepid ?? []) as string[],
    isOutput: isOutput === true,
  };
}
