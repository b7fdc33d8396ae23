// Nexus as its clients meet it: skopeo, crane, helm, npm and curl, none of them ours, against the stand-in of the sandbox.
import path from 'node:path';
import { startSandbox } from '@nante/sandbox';
import {
  componentForm,
  largeFile,
  mavenLayout,
  rawFiles,
} from '../lib/nexus/files';
import {
  imagesByCrane,
  imagesBySkopeo,
  redeployRefused,
} from '../lib/nexus/images';
import { chartsByHelm, packagesByNpm } from '../lib/nexus/packages';
import { NexusPlace } from '../lib/nexus/place';
import { optionalTool, type OptionalTool } from '../lib/optionalTools';
import { part, runScenario } from '../lib/report';
import { temporaryFolder } from '../lib/sandbox';

void runScenario('nexus-clients', async undo => {
  const folder = temporaryFolder(undo);
  const sandbox = await part('Sandbox', () =>
    startSandbox({
      dataDir: path.join(folder, 'sandbox'),
      systems: ['nexus'],
    }),
  );
  undo.push(() => sandbox.stop());
  const { nexus } = sandbox.endpoints;
  if (!nexus) throw new Error('This sandbox has no Nexus.');
  const place = new NexusPlace(path.join(folder, 'clients'), nexus);

  const clients = ['curl', 'npm'];
  const leftOut: OptionalTool[] = [];
  /** A part that needs a program which may be missing. */
  async function partWith<T>(
    tool: OptionalTool,
    title: string,
    work: (program: string) => Promise<T>,
  ): Promise<T | undefined> {
    const program = await optionalTool(tool);
    if (program === undefined) {
      leftOut.push(tool);
      return undefined;
    }
    clients.push(tool);
    return part(title, () => work(program));
  }

  await part('Raw files by curl', () => rawFiles(place));
  await part('Maven layout by curl', () => mavenLayout(place));
  await part('Components API by curl', () => componentForm(place));
  await part('Packages by npm', () => packagesByNpm(place));
  const image = await partWith('skopeo', 'Images by skopeo', program =>
    imagesBySkopeo(place, program),
  );
  const index = await partWith('crane', 'Images by crane', async program => {
    const digest = await imagesByCrane(place, program);
    await redeployRefused(place, program);
    return digest;
  });
  await partWith('helm', 'Charts by helm', program =>
    chartsByHelm(place, program),
  );
  const large = await part('A file of 1 GB by curl', () => largeFile(place));
  return { clients: [...new Set(clients)], leftOut, image, index, large };
});
