import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  removeTestSandboxes,
  startTestSandbox,
} from '../../__testUtils__/sandbox';
import { makeCalls, type Store } from './__testUtils__/calls';
import { startRecorder, type Recorded } from './__testUtils__/recorder';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file = folder && join(folder, 's3', 's3-2006-03-01.json');

interface Shape {
  shape?: string;
  type?: string;
  location?: string;
  locationName?: string;
  flattened?: boolean;
  required?: string[];
  payload?: string;
  members?: Record<string, Shape>;
  member?: Shape;
}
interface Model {
  operations: Record<
    string,
    {
      http: { method?: string; requestUri?: string };
      input?: Shape;
      output?: Shape;
    }
  >;
  shapes: Record<string, Shape>;
}

/** Younger than the model; printed with the counts. */
const younger = ['x-amz-checksum-crc64nvme'];

/** Headers of HTTP itself, and those that every answer of S3 has. */
const general = [
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
  'x-amz-request-id',
];

afterEach(removeTestSandboxes);

if (!file || !existsSync(file)) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  it('answers the calls of Terraform and of our store with nothing that S3 does not have', async () => {
    const model: Model = JSON.parse(readFileSync(file, 'utf8'));
    const sandbox = await startTestSandbox({ systems: ['s3'] });
    const store = sandbox.endpoints.s3 as unknown as Store;
    const recorder = await startRecorder(store.url);
    await makeCalls({ ...store, url: recorder.url });
    await recorder.stop();

    const differences: string[] = [];
    const operations = new Set<string>();
    let refusals = 0;
    for (const call of recorder.recorded) {
      const name = operationOf(model, call);
      const label = `${call.method} ${call.url.pathname}${call.url.search}`;
      if (!name) differences.push(`${label}: no such operation`);
      else if (call.status < 400) {
        operations.add(name);
        const given = model.operations[name].output ?? {};
        const output = resolved(model, given);
        differences.push(
          ...unknownHeaders(call, output).map(
            header => `${name}: ${header} is none of its headers`,
          ),
          ...unknownElements(model, call.body, output).map(
            path => `${name}: ${path} is none of its elements`,
          ),
        );
      } else refusals += 1;
    }
    const all = Object.keys(model.operations).length;
    process.stdout.write(
      [
        `operations: ${operations.size} of ${all} served and compared (${[...operations].sort().join(', ')}), the others left out and refused`,
        `answers: ${recorder.recorded.length - refusals} compared; ${refusals} refusals left out: the model has no bodies of errors`,
        `deviation: ${younger.join()} is younger than the model`,
        '',
      ].join('\n'),
    );
    expect(differences).toEqual([]);
    expect(operations.size).toBeGreaterThan(8);
  });
}

/** The model leaves out the root. */
function uriOf({ requestUri = '/' }: { requestUri?: string }): string {
  return requestUri;
}

/** The operation of a call: by method, by whether it names a key, and by the fixed parts of the query. */
function operationOf(model: Model, call: Recorded): string | undefined {
  const [, bucket = '', key = ''] =
    /^\/([^/]*)\/?(.*)$/.exec(call.url.pathname) ?? [];
  const matching = Object.entries(model.operations).filter(
    ([, { http, input }]) => {
      const [path, query = ''] = uriOf(http).split('?');
      const wanted = new URLSearchParams(query);
      const { required = [], members = {} } = input ?? {};
      return (
        (http.method ?? 'POST') === call.method &&
        required.every(
          name =>
            members[name].location !== 'querystring' ||
            call.url.searchParams.has(`${members[name].locationName}`),
        ) &&
        path.includes('{Key') === (key !== '') &&
        path.includes('{Bucket') === (bucket !== '') &&
        [...wanted].every(([name, value]) =>
          value
            ? call.url.searchParams.get(name) === value
            : call.url.searchParams.has(name),
        )
      );
    },
  );
  // The one that says most of its query.
  return matching
    .sort(([, a], [, b]) => uriOf(b.http).length - uriOf(a.http).length)
    .find(([name]) => !/^(CopyObject|UploadPart)/.test(name))?.[0];
}

function resolved(model: Model, shape: Shape): Shape {
  return shape.shape
    ? { ...model.shapes[shape.shape], ...shape, shape: undefined }
    : shape;
}

function unknownHeaders({ headers }: Recorded, output: Shape): string[] {
  const members = Object.entries(output.members ?? {});
  const known = members
    .filter(([, { location }]) => location === 'header')
    .map(([name, { locationName = name }]) => locationName.toLowerCase());
  const prefixes = members
    .filter(([, { location }]) => location === 'headers')
    .map(([, { locationName = '' }]) => locationName.toLowerCase());
  return Object.keys(headers).filter(
    name =>
      ![...general, ...younger].includes(name) &&
      !known.includes(name) &&
      !prefixes.some(prefix => name.startsWith(prefix)),
  );
}

/** Paths of the elements of a document that its shape does not have; the root has the name of the answer. */
function unknownElements(model: Model, body: string, output: Shape): string[] {
  if (output.payload || !body.startsWith('<?xml')) return [];
  const unknown: string[] = [];
  const open: { name: string; shape: Shape | undefined }[] = [];
  for (const [, end, name, empty] of body.matchAll(
    /<(\/?)([A-Za-z0-9]+)[^>]*?(\/?)>/g,
  )) {
    if (end) {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    const shape = parent ? childOf(model, parent.shape, name) : output;
    if (!shape)
      unknown.push([...open.map(element => element.name), name].join('/'));
    if (!empty) open.push({ name, shape });
  }
  return unknown;
}

function childOf(
  model: Model,
  parent: Shape | undefined,
  name: string,
): Shape | undefined {
  if (!parent) return undefined;
  if (parent.type === 'list' && parent.member) {
    const member = resolved(model, parent.member);
    return (parent.member.locationName ?? 'member') === name
      ? member
      : undefined;
  }
  for (const [key, given] of Object.entries(parent.members ?? {})) {
    const shape = resolved(model, given);
    const own = given.locationName ?? key;
    const isRepeated = shape.type === 'list' && shape.flattened;
    const label = isRepeated ? (shape.member?.locationName ?? own) : own;
    if (label === name)
      return isRepeated && shape.member ? resolved(model, shape.member) : shape;
  }
  return undefined;
}
