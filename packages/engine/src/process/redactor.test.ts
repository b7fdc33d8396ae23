import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { createRedactor } from './redactor';
import { redactStrings } from './redactStrings';

const token = `t0k3n'"<&> /+=ä ${randomBytes(18).toString('base64')}`;
const key = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  ...Array.from({ length: 5 }, () => randomBytes(48).toString('base64')),
  '-----END OPENSSH PRIVATE KEY-----',
  '',
].join('\n');

const bytes = Buffer.from(token);
const base64At = (offset: number) =>
  Buffer.concat([Buffer.alloc(offset, 'x'), bytes, Buffer.from('yz')]).toString(
    'base64',
  );

describe('the redactor', () => {
  const redactor = createRedactor([token, key, 'true', 'abc', undefined]);

  it.each<[string, string]>([
    ['plain', token],
    ['base64', bytes.toString('base64')],
    ['base64url', bytes.toString('base64url')],
    ['hex', bytes.toString('hex')],
    ['hex in capitals', bytes.toString('hex').toUpperCase()],
    ['URL-encoded', encodeURIComponent(token)],
    ['a form field', new URLSearchParams({ token }).toString().slice(6)],
    ['JSON', JSON.stringify(token).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(token)).slice(3, -3)],
    [
      "Go's JSON",
      JSON.stringify(token)
        .slice(1, -1)
        .replace(/[<>&]/g, c => `\\u00${c.charCodeAt(0).toString(16)}`),
    ],
    ['shell-quoted', token.replaceAll("'", `'\\''`)],
  ])('masks a secret as %s', (_, form) => {
    expect(redactor.redact(`before ${form} after`)).toBe('before *** after');
  });

  it('masks a secret inside a longer base64 text but for the characters at its edges', () => {
    for (const offset of [0, 1, 2]) {
      const shown = redactor.redact(base64At(offset));
      expect(shown).toContain('***');
      expect(shown.replace('***', '').length).toBeLessThanOrEqual(8);
    }
  });

  it('masks each line of a key, also JSON-escaped, and leaves its frame and common words', () => {
    const shown = redactor.redact(`${key}\ntrue abc`);
    for (const line of key.split('\n').slice(1, -2)) {
      expect(shown).not.toContain(line);
      expect(redactor.redact(`x ${line} y`)).toBe('x *** y');
    }
    expect(redactor.redact(JSON.stringify({ key }))).toMatch(
      /^\{"key":"\*\*\*/,
    );
    expect(
      redactor.redact('-----BEGIN OPENSSH PRIVATE KEY----- true abc'),
    ).toBe('-----BEGIN OPENSSH PRIVATE KEY----- true abc');
  });

  it('masks what it learns later', () => {
    const late = createRedactor();
    expect(late.redact('hunter2-hunter2')).toBe('hunter2-hunter2');
    late.add(['hunter2-hunter2']);
    expect(late.redact('hunter2-hunter2')).toBe('***');
  });

  it('never lets a secret through, whatever stands around it and wherever the stream is cut', () => {
    const secret = fc
      .string({ minLength: 8, maxLength: 30 })
      .filter(text => text.trim().length >= 8 && !text.includes('*'));
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 5 }),
        fc.array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 8 }),
        (secrets, fillers, cuts) => {
          const text = fillers
            .map((filler, i) => filler + secrets[i % secrets.length])
            .join('');
          const property = createRedactor(secrets);
          const stream = property.stream();
          let streamed = '';
          let rest = text;
          for (let i = 0; rest !== ''; i++) {
            const size = 1 + cuts[i % cuts.length];
            streamed += stream.push(rest.slice(0, size));
            rest = rest.slice(size);
          }
          streamed += stream.end();
          expect(streamed).toBe(property.redact(text));
          for (const each of secrets) expect(streamed).not.toContain(each);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('leaves text without secrets as it is', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(redactor.redact(text)).toBe(text);
      }),
    );
  });

  it('costs little: twenty secrets in 100,000 lines within two seconds', () => {
    const many = createRedactor([
      ...Array.from({ length: 20 }, () =>
        randomBytes(24).toString('base64url'),
      ),
      key,
    ]);
    const line =
      'module.vm["web"].proxmox_virtual_environment_vm.this: Still creating... [10s elapsed]';
    const start = process.hrtime.bigint();
    for (let i = 0; i < 100_000; i++) many.redact(line);
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(2_000);
  });

  it('finds a secret that was quoted for a shell inside a document of JSON, once that is read', () => {
    const secret = `p"s'w $x`;
    const quoted = `'${secret.replaceAll("'", `'\\''`)}'`;
    const { redact } = createRedactor([secret]);
    const line = JSON.stringify({
      task: `echo ${quoted}`,
      hosts: [{ quoted }],
    });
    const shown = redactStrings(JSON.parse(redact(line)), redact);
    expect(JSON.stringify(shown)).not.toContain('w $x');
    expect(redactStrings({ count: 3, none: null, yes: true }, redact)).toEqual({
      ...{ count: 3, none: null, yes: true },
    });
  });
});

it('masks what signs in of a kubeconfig, and not the words that stand in every answer of a cluster', () => {
  const access = 'sha256~t0ken-of-the-cluster';
  const user = {
    name: 'ci',
    user: { token: access, 'client-key-data': 'LS0tLS1CRUdJTg==' },
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [],
    users: [user],
  };
  const yaml = `apiVersion: v1\nkind: Config\nclusters: []\nusers:\n  - name: ci\n    user:\n      token: ${access}\n`;
  for (const secret of [JSON.stringify(config, null, 2), yaml]) {
    const redactor = createRedactor([secret]);
    expect(redactor.redact(`Bearer ${access}`)).toBe('Bearer ***');
    expect(redactor.redact('{\n  "apiVersion": "v1",\n')).toBe(
      '{\n  "apiVersion": "v1",\n',
    );
    expect(redactor.redact('kind: Config')).toBe('kind: Config');
    expect(redactor.redact(secret)).toBe('***');
  }
});
