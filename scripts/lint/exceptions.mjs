// The exceptions from the linters' rules: scripts/lint/exceptions.yaml.
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { root } from '../lib/paths.mjs';
import { StepError } from '../lib/steps.mjs';

export const exceptionsFile = 'scripts/lint/exceptions.yaml';

/**
 * @typedef {object} Finding
 * @property {string} tool
 * @property {string} rule
 * @property {string} file path in the repository
 * @property {number} line from 1
 * @property {string} message one line
 */

/**
 * @typedef {object} Exceptions
 * @property {(findings: Finding[]) => Finding[]} remaining what no exception covers
 * @property {(tool: string) => string[]} unused lines about exceptions of a tool that covered nothing
 * @property {unknown} yamllint configuration of yamllint
 */

/**
 * Reads the exceptions.
 *
 * @returns {Exceptions}
 * @throws {StepError} for an exception that lacks its reason
 */
export function readExceptions() {
  const { findings = [], yamllint } = parse(
    fs.readFileSync(path.join(root, exceptionsFile), 'utf8'),
  );
  for (const exception of findings)
    for (const key of ['tool', 'rule', 'file', 'reason'])
      if (typeof exception[key] !== 'string' || exception[key] === '')
        throw new StepError(
          `An exception in ${exceptionsFile} has no ${key}: ${JSON.stringify(exception)}`,
          'write it down; see the head of the file',
        );
  const used = new Set();
  return {
    yamllint,
    remaining: all =>
      all.filter(finding => {
        const covering = findings.filter(exception =>
          covers(exception, finding),
        );
        for (const one of covering) used.add(one);
        return covering.length === 0;
      }),
    unused: tool =>
      findings
        .filter(exception => exception.tool === tool && !used.has(exception))
        .map(
          ({ rule, file }) =>
            `${exceptionsFile}: nothing needs the exception from ${tool} ${rule} in ${file} any more`,
        ),
  };
}

function isIn(file, pattern) {
  if (pattern.startsWith('*')) return file.endsWith(pattern.slice(1));
  return pattern.endsWith('/') ? file.startsWith(pattern) : file === pattern;
}

function covers({ tool, rule, file, message }, finding) {
  return (
    tool === finding.tool &&
    rule === finding.rule &&
    isIn(finding.file, file) &&
    (message === undefined || finding.message.includes(message))
  );
}
