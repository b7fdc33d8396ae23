import { resolve } from 'node:path';
import type { ArtifactFormat } from '@nante/model';
import type { Verb } from '../session';
import { begin } from './begin';
import { provenanceOf } from './provenance';

export const publish: Verb = async session => {
  const { inputs } = session;
  const [repository, file] = [
    inputs.required('repository'),
    inputs.required('file'),
  ];
  const [name, version, classifier] = [
    inputs.text('artifact'),
    inputs.text('version'),
    inputs.text('classifier'),
  ];
  const dryRun = inputs.flag('dry-run');
  const { engine, actor, options } = await begin(
    session,
    'publish',
    ...[repository, file, name, version, classifier, String(dryRun)],
  );
  const run = await engine.publish(
    {
      ...actor,
      ...provenanceOf(session),
      app: inputs.required('app'),
      connection: inputs.text('nexus'),
      repository,
      format: inputs.required('format') as ArtifactFormat,
      file: resolve(file),
      group: inputs.text('group'),
      name,
      version,
      extension: inputs.text('extension'),
      classifier,
      dryRun,
    },
    options,
  );
  return { run };
};

export const createRepository: Verb = async session => {
  const { inputs } = session;
  const dryRun = inputs.flag('dry-run');
  const { engine, actor, options } = await begin(
    session,
    'repository create',
    String(dryRun),
  );
  const run = await engine.createRepository(
    {
      ...actor,
      connection: inputs.text('nexus'),
      name: inputs.required('name'),
      format: inputs.required('format') as ArtifactFormat,
      blobStore: inputs.text('blob-store') ?? 'default',
      redeploy: inputs.flag('redeploy'),
      dockerPort: inputs.number('docker-port'),
      dryRun,
    },
    options,
  );
  return { run };
};
