/** What expressions know: `github`, `inputs`, `vars`; anything else is empty, as it is before jobs have run. */
export type Contexts = Record<string, unknown>;

type Value = unknown;

const tokenPattern =
  /\s*(?:(\d+(?:\.\d+)?)|'((?:[^']|'')*)'|([A-Za-z_][\w-]*)|(&&|\|\||==|!=|<=|>=|[!<>()[\].,*]))/y;

type Token = { kind: 'number' | 'text' | 'name' | 'sign'; text: string };

function tokens(expression: string): Token[] {
  const found: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const text = expression.trimEnd();
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match)
      throw new SyntaxError(`Unexpected symbol at "${text.slice(at).trim()}"`);
    const [, number, quoted, name, sign] = match;
    if (number !== undefined) found.push({ kind: 'number', text: number });
    else if (quoted !== undefined)
      found.push({ kind: 'text', text: quoted.replaceAll("''", "'") });
    else if (name !== undefined) found.push({ kind: 'name', text: name });
    else found.push({ kind: 'sign', text: sign });
  }
  return found;
}

/** Reads from the loosest binding to the tightest, and computes while it reads. */
class Parser {
  #at = 0;

  constructor(
    private readonly list: Token[],
    private readonly contexts: Contexts,
  ) {}

  either(): Value {
    let value = this.both();
    while (this.#take('||')) {
      const other = this.both();
      value = isTrue(value) ? value : other;
    }
    return value;
  }

  both(): Value {
    let value = this.comparison();
    while (this.#take('&&')) {
      const other = this.comparison();
      value = isTrue(value) ? other : value;
    }
    return value;
  }

  comparison(): Value {
    const left = this.unary();
    for (const sign of ['==', '!=', '<=', '>=', '<', '>'])
      if (this.#take(sign)) return compare(sign, left, this.unary());
    return left;
  }

  unary(): Value {
    return this.#take('!') ? !isTrue(this.unary()) : this.path();
  }

  path(): Value {
    let value = this.primary();
    for (;;) {
      if (this.#take('.'))
        value = this.#take('*') ? value : member(value, this.#next().text);
      else if (this.#take('[')) {
        const key = this.either();
        this.#expect(']');
        value = member(value, toText(key));
      } else return value;
    }
  }

  primary(): Value {
    const { kind, text } = this.#next();
    if (kind === 'number') return Number(text);
    if (kind === 'text') return text;
    if (text === '(') {
      const value = this.either();
      this.#expect(')');
      return value;
    }
    if (kind !== 'name') throw new SyntaxError(`Unexpected symbol "${text}"`);
    if (this.#take('(')) return call(text, this.#arguments());
    if (text === 'true' || text === 'false') return text === 'true';
    if (text === 'null') return null;
    return member(this.contexts, text);
  }

  end(): void {
    const left = this.list[this.#at];
    if (left) throw new SyntaxError(`Unexpected symbol "${left.text}"`);
  }

  #arguments(): Value[] {
    const values: Value[] = [];
    if (this.#take(')')) return values;
    do values.push(this.either());
    while (this.#take(','));
    this.#expect(')');
    return values;
  }

  #next(): Token {
    const token = this.list[this.#at];
    if (!token) throw new SyntaxError('Unexpected end of the expression');
    this.#at += 1;
    return token;
  }

  #take(sign: string): boolean {
    const token = this.list[this.#at];
    const isIt = token?.kind === 'sign' && token.text === sign;
    if (isIt) this.#at += 1;
    return isIt;
  }

  #expect(sign: string) {
    if (!this.#take(sign)) throw new SyntaxError(`"${sign}" is missing`);
  }
}

/** @throws SyntaxError */
export function evaluate(expression: string, contexts: Contexts): Value {
  const parser = new Parser(tokens(expression), contexts);
  const value = parser.either();
  parser.end();
  return value;
}

/**
 * Puts the values of its `${{ }}` into a text, as GitHub does for names, groups and labels.
 *
 * @throws SyntaxError for an expression that is none
 */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{([\s\S]*?)\}\}/g, (_, expression: string) =>
    toText(evaluate(expression, contexts)),
  );
}

/** Like `interpolate`, but a text that is one expression keeps its type. */
export function evaluateText(text: string, contexts: Contexts): Value {
  const [, only] = /^\s*\$\{\{((?:(?!\}\})[\s\S])*)\}\}\s*$/.exec(text) ?? [];
  return only === undefined
    ? interpolate(text, contexts)
    : evaluate(only, contexts);
}

/** Names count in any case. */
function member(value: Value, name: string): Value {
  if (typeof value !== 'object' || value === null) return null;
  const key = Object.keys(value).find(
    own => own.toLowerCase() === name.toLowerCase(),
  );
  return key === undefined ? null : (value as Record<string, Value>)[key];
}

function isTrue(value: Value): boolean {
  return Boolean(value);
}

export function toText(value: Value): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Texts are compared in any case; different kinds as numbers. */
function compare(sign: string, left: Value, right: Value): boolean {
  const bothTexts = typeof left === 'string' && typeof right === 'string';
  const one = bothTexts ? left.toLowerCase() : toNumber(left);
  const other = bothTexts ? right.toLowerCase() : toNumber(right);
  switch (sign) {
    case '==':
      return one === other;
    case '!=':
      return one !== other;
    case '<':
      return one < other;
    case '>':
      return one > other;
    case '<=':
      return one <= other;
    default:
      return one >= other;
  }
}

function toNumber(value: Value): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'object') return Number.NaN;
  return Number(value);
}

function call(name: string, values: Value[]): Value {
  const [first, second] = values;
  switch (name.toLowerCase()) {
    case 'contains':
      return Array.isArray(first)
        ? first.some(item => compare('==', item, second))
        : toText(first).toLowerCase().includes(toText(second).toLowerCase());
    case 'startswith':
      return toText(first)
        .toLowerCase()
        .startsWith(toText(second).toLowerCase());
    case 'endswith':
      return toText(first).toLowerCase().endsWith(toText(second).toLowerCase());
    case 'format':
      return toText(first).replace(/\{(\d+)\}/g, (_, at: string) =>
        toText(values[Number(at) + 1]),
      );
    case 'join':
      return Array.isArray(first)
        ? first.map(toText).join(second === undefined ? ',' : toText(second))
        : toText(first);
    case 'tojson':
      return JSON.stringify(first ?? null, null, 2);
    case 'fromjson':
      try {
        return JSON.parse(toText(first));
      } catch {
        throw new SyntaxError(`fromJSON was given no JSON: "${toText(first)}"`);
      }
    case 'success':
    case 'always':
      return true;
    case 'failure':
    case 'cancelled':
      return false;
    case 'hashfiles':
      return '';
    default:
      throw new SyntaxError(`Unrecognized function: "${name}"`);
  }
}
