import { checkMavenPath, storeMaven } from '../content/maven';
import { mavenPath } from '../content/mavenPath';
import { storeChart } from '../content/helm';
import { storePackage } from '../content/npm';
import { storeRaw } from '../content/raw';
import { checksumNames } from '../blobStore';
import { NexusError } from '../errors';
import type { Coordinates, Format, Repository } from '../model';
import { checkPolicy, demandUse, type Nexus } from '../server';
import type { User } from '../users';
import { noContent, type RestCall } from './call';
import { discardForm, readForm, type Form } from './multipart';

interface Sink {
  nexus: Nexus;
  repository: Repository;
  user: User;
  address: string;
}

type Store = (sink: Sink, form: Form) => Promise<void>;

const stores: Partial<Record<Format, Store>> = {
  raw: storeRawForm,
  maven2: storeMavenForm,
  helm: (sink, form) => storeArchive(sink, form, 'helm.asset'),
  npm: (sink, form) => storeArchive(sink, form, 'npm.asset'),
};

/** Checksums that the server lays beside the files of an artifact that comes by this way. */
const sideFiles = checksumNames.filter(
  name => name === 'md5' || name === 'sha1',
);

/** `POST /v1/components`: a component with its files, in one form. */
export async function uploadComponent(
  { nexus, request, user }: RestCall,
  repository: Repository,
): Promise<Response> {
  const { name, format, storage } = repository;
  demandUse(user, repository, 'add', 'edit');
  const store = stores[format];
  if (!store)
    throw new NexusError(400, `Upload is not supported for format ${format}`, {
      field: 'format',
    });
  if (storage.writePolicy === 'DENY')
    throw new NexusError(400, `Repository is read only: ${name}`);
  const form = await readForm(nexus, request);
  try {
    await store({ nexus, repository, user, address: '127.0.0.1' }, form);
  } finally {
    // Those that were kept are not there any more.
    await discardForm(nexus, form);
  }
  return noContent();
}

function required({ fields }: Form, field: string, label: string): string {
  const value = fields.get(field)?.trim();
  if (!value)
    throw new NexusError(400, `Missing required component field '${label}'`, {
      field,
    });
  return value;
}

/** Files of fields such as `raw.asset1`, in their order. */
function numbered({ files }: Form, format: string) {
  const assets = files.filter(({ field }) =>
    new RegExp(`^${format}\\.asset\\d*$`).test(field),
  );
  if (assets.length === 0)
    throw new NexusError(400, 'The upload has no assets', {
      field: `${format}.asset1`,
    });
  return assets;
}

async function storeRawForm(sink: Sink, form: Form) {
  const directory = required(form, 'raw.directory', 'Directory').replace(
    /^\/+|\/+$/g,
    '',
  );
  const files = numbered(form, 'raw').map(({ field, received }) => {
    const filename = form.fields.get(`${field}.filename`)?.replace(/^\/+/, '');
    if (!filename)
      throw new NexusError(
        400,
        `Missing required asset field 'Filename' on '${field}'`,
        { field: `${field}.filename` },
      );
    const path = [directory, filename].filter(Boolean).join('/');
    if (path.split('/').some(segment => ['', '.', '..'].includes(segment)))
      throw new NexusError(400, `Invalid path: ${path}`, {
        field: 'raw.directory',
      });
    return { path, received };
  });
  // All or none: a policy must not stop in the middle.
  for (const { path } of files) checkPolicy(sink.nexus, sink.repository, path);
  for (const { path, received } of files)
    await storeRaw(sink.nexus, sink, path, received);
}

async function storeArchive(sink: Sink, form: Form, field: string) {
  const file = form.files.find(candidate => candidate.field === field);
  if (!file) throw new NexusError(400, 'The upload has no assets', { field });
  const store = field === 'helm.asset' ? storeChart : storePackage;
  await store(sink.nexus, sink, file.received);
}

async function storeMavenForm(sink: Sink, form: Form) {
  const { nexus, repository } = sink;
  const coordinates: Coordinates = {
    group: required(form, 'maven2.groupId', 'Group ID'),
    name: required(form, 'maven2.artifactId', 'Artifact ID'),
    version: required(form, 'maven2.version', 'Version'),
  };
  if (coordinates.version.endsWith('-SNAPSHOT'))
    throw new NexusError(
      400,
      'Upload to snapshot repositories not supported, use the maven client.',
    );
  const files = numbered(form, 'maven2').map(({ field, received }) => {
    const extension = form.fields.get(`${field}.extension`)?.replace(/^\./, '');
    if (!extension)
      throw new NexusError(
        400,
        `Missing required asset field 'Extension' on '${field}'`,
        { field: `${field}.extension` },
      );
    const classifier = form.fields.get(`${field}.classifier`) || undefined;
    return { path: mavenPath(coordinates, extension, classifier), received };
  });
  for (const { path } of files) {
    checkMavenPath(repository, path);
    checkPolicy(nexus, repository, path);
  }
  const pom = mavenPath(coordinates, 'pom');
  const wantsPom = form.fields.get('maven2.generate-pom') === 'true';
  const packaging = form.fields.get('maven2.packaging') || 'jar';
  if (wantsPom && !files.some(({ path }) => path === pom))
    files.push({
      path: pom,
      received: await nexus.blobs.receive(pomText(coordinates, packaging)),
    });
  for (const { path, received } of files) {
    const { checksums } = await storeMaven(nexus, sink, path, received);
    for (const name of sideFiles)
      await storeMaven(
        nexus,
        sink,
        `${path}.${name}`,
        await nexus.blobs.receive(text(checksums[name])),
      );
  }
}

async function* text(content: string) {
  yield Buffer.from(content);
}

function pomText({ group, name, version }: Coordinates, packaging: string) {
  const element = (tag: string, value = '') =>
    `  <${tag}>${value.replace(/[&<>]/g, sign => `&#${sign.charCodeAt(0)};`)}</${tag}>`;
  return text(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<project xmlns="http://maven.apache.org/POM/4.0.0">',
      element('modelVersion', '4.0.0'),
      element('groupId', group),
      element('artifactId', name),
      element('version', version),
      element('packaging', packaging),
      '</project>',
      '',
    ].join('\n'),
  );
}
