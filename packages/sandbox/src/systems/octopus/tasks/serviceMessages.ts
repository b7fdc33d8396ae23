import type { LogCategory, LogNode } from './taskLog';

/** What scripts say to the server between their lines. */
interface ServiceMessage {
  name: string;
  values: Record<string, string>;
}

const levels: Record<string, LogCategory> = {
  'stdout-default': 'Info',
  'stdout-verbose': 'Verbose',
  'stdout-highlight': 'Highlight',
  'stdout-warning': 'Warning',
  'stdout-error': 'Error',
};

/** Takes what a script prints: lines into the log, output variables out of it. */
export class ScriptOutput {
  /** Set by `set_octopusvariable`. */
  readonly outputs: Record<string, string> = {};
  /** Said by `fail_step`. */
  message = '';
  readonly #node: LogNode;
  #category: LogCategory = 'Info';

  constructor(node: LogNode) {
    this.#node = node;
  }

  readonly line = (text: string, stream: 'out' | 'error'): void => {
    const message = stream === 'out' ? parse(text) : undefined;
    if (message) this.#take(message);
    else this.#node.write(stream === 'out' ? this.#category : 'Error', text);
  };

  #take({ name, values }: ServiceMessage): void {
    if (levels[name]) this.#category = levels[name];
    else if (name === 'setVariable' && values.name)
      this.outputs[values.name] = values.value ?? '';
    else if (name === 'resultMessage') this.message = values.message ?? '';
    else if (name === 'progress')
      this.#node.progress(Number(values.percentage) || 0, values.message ?? '');
  }
}

function parse(line: string): ServiceMessage | undefined {
  const found = /^##octopus\[([A-Za-z-]+)(.*)\]$/.exec(line.trim());
  if (!found) return undefined;
  const pairs = [...found[2].matchAll(/([A-Za-z]+)='([^']*)'/g)];
  const values = pairs.map(([, key, value]) => [
    key,
    Buffer.from(value, 'base64').toString(),
  ]);
  return { name: found[1], values: Object.fromEntries(values) };
}
