import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import type { Endpoints } from '@nante/sandbox';
import { signIn } from '../browser';
import type { PortalApi } from '../portalApi';
import type { SandboxView } from '../sandbox';

/** A place where a secret must never stand, and everything that stands there. */
export interface Sink {
  name: string;
  /** Whether what a tool prints belongs there: then the canary has to be found. */
  hears: boolean;
  /** Where exactly, and what. */
  parts: { place: string; text: string }[];
}

/** All files below a folder. */
function filesIn(folder: string): { place: string; text: string }[] {
  return (
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => path.join(entry.parentPath, entry.name))
      // Bytes as they are: every text of ASCII is found in a database too.
      .map(place => ({ place, text: fs.readFileSync(place, 'latin1') }))
  );
}

/** What the portal leaves on the disk: its database, its work directory, and what it and the sandbox wrote to standard output. */
export function diskSinks(data: string): Sink[] {
  const log = (name: string): Sink => ({
    name,
    hears: false,
    parts: [
      {
        place: name,
        text: fs.readFileSync(path.join(data, name), 'utf8'),
      },
    ],
  });
  return [
    {
      name: 'database',
      hears: true,
      parts: filesIn(path.join(data, 'portal')),
    },
    {
      name: 'work directory',
      hears: true,
      parts: filesIn(path.join(data, 'work')),
    },
    log('portal.log'),
    log('sandbox.log'),
  ];
}

/** Every object of the bucket, the logs of runs apart from the documents. */
export async function bucketSinks(sandbox: SandboxView): Promise<Sink[]> {
  const keys = await sandbox.objects('');
  const parts = await Promise.all(
    keys.map(async key => ({ place: key, text: await sandbox.text(key) })),
  );
  const isLog = ({ place }: { place: string }) => place.endsWith('.log');
  return [
    { name: 'run log', hears: true, parts: parts.filter(isLog) },
    {
      name: 'run documents',
      hears: true,
      parts: parts.filter(({ place }) => /\/runs\/.*\.json$/.test(place)),
    },
    {
      name: 'other objects',
      hears: false,
      parts: parts.filter(
        part => !isLog(part) && !part.place.includes('/runs/'),
      ),
    },
  ];
}

/** Answers of the API about runs, tasks and hosts. */
export async function apiSinks(
  api: PortalApi,
  runIds: readonly string[],
  taskIds: readonly string[],
): Promise<Sink[]> {
  const read = async (paths: readonly string[]) =>
    Promise.all(
      paths.map(async place => ({
        place,
        text: JSON.stringify(await api.tryCall(place)),
      })),
    );
  return [
    {
      name: 'API',
      hears: true,
      parts: await read([
        '/infrastructure/runs',
        '/infrastructure/hosts',
        '/infrastructure/status',
        '/infrastructure/placement?environment=dev&kind=vm',
        '/catalog/entities',
        ...runIds.flatMap(id => [
          `/infrastructure/runs/${id}`,
          `/infrastructure/runs/${id}/log?after=-1`,
          `/infrastructure/runs/${id}/inspection`,
        ]),
      ]),
    },
    {
      name: 'task log',
      hears: true,
      parts: await read([
        '/scaffolder/v2/tasks',
        ...taskIds.flatMap(id => [
          `/scaffolder/v2/tasks/${id}`,
          `/scaffolder/v2/tasks/${id}/events`,
        ]),
      ]),
    },
  ];
}

/** Pages as a browser has them: what is shown, and every answer and message that came for it. */
export async function pageSinks(
  browser: Browser,
  url: string,
  paths: readonly string[],
): Promise<Sink[]> {
  const shown: Sink['parts'] = [];
  const came: Sink['parts'] = [];
  const page = await signIn(browser, url, 'Ada');
  const reading: Promise<unknown>[] = [];
  page.on('response', response => {
    const type = response.headers()['content-type'] ?? '';
    // Our own programs and fonts are the same for everybody.
    if (!/json|text\/plain|event-stream/.test(type)) return;
    reading.push(
      response.text().then(
        text => came.push({ place: response.url(), text }),
        () => {},
      ),
    );
  });
  page.on('websocket', socket =>
    socket.on('framereceived', ({ payload }) =>
      came.push({ place: socket.url(), text: `${payload}` }),
    ),
  );
  for (const place of paths) {
    await page.goto(`${url}${place}`);
    // Pages wait for news all the time, so that the network is never quiet.
    await page.waitForTimeout(2_500);
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click().catch(() => {});
      await page.waitForTimeout(300);
      shown.push({ place, text: await page.content() });
    }
    shown.push({ place, text: await page.content() });
  }
  await Promise.all(reading);
  await page.context().close();
  return [
    { name: 'page', hears: true, parts: shown },
    { name: 'what came to the page', hears: true, parts: came },
  ];
}

/** Looks at the arguments of all processes of the machine, again and again. */
export function watchArguments(except: readonly number[]): {
  stop(): Sink;
} {
  const seen = new Map<string, string>();
  const look = () => {
    for (const pid of fs
      .readdirSync('/proc')
      .filter(one => /^\d+$/.test(one))) {
      if (except.includes(Number(pid))) continue;
      try {
        const text = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        if (text) seen.set(text, `process ${pid}`);
      } catch {
        // It has ended.
      }
    }
  };
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      return {
        name: 'process arguments',
        hears: true,
        parts: [...seen].map(([text, place]) => ({ place, text })),
      };
    },
  };
}

/** The values that the sandbox gives the portal by its Doppler. */
export class DopplerView {
  readonly #url: string;
  readonly #account: string;
  readonly #token: string;

  constructor(endpoints: Endpoints) {
    const { url, serviceAccountToken, token } = endpoints.doppler!;
    this.#url = url;
    this.#account = String(serviceAccountToken);
    this.#token = String(token);
  }

  async read(): Promise<Record<string, string>> {
    const response = await fetch(
      `${this.#url}/v3/configs/config/secrets/download`,
      { headers: { authorization: `Bearer ${this.#token}` } },
    );
    return (await response.json()) as Record<string, string>;
  }

  async change(secrets: Record<string, string>): Promise<void> {
    const { DOPPLER_PROJECT: project, DOPPLER_CONFIG: config } =
      await this.read();
    const response = await fetch(`${this.#url}/v3/configs/config/secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#account}` },
      body: JSON.stringify({ project, config, secrets }),
    });
    if (!response.ok) throw new Error(await response.text());
  }
}
