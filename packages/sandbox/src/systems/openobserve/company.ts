import { createRandom } from '../../seed/random';
import { company } from '../proxmox/seed/company';
import type { NewRecord } from './records';
import type { StreamStore } from './store';

/** Hosts of the company that nobody hears any more, and for how many hours. */
const silentSince: Record<string, number> = {
  'shop-web-dev': 26,
  'shop-queue-1': 3 * 24,
};
/** The others that run and belong to these apps report. */
const monitoredApps = ['shop', 'billing'];
/** Seconds between two samples of a host. */
const everySeconds = 15;

const organization = 'default';

interface Member {
  app: string;
  environment: string;
  host: string;
}

/** Telemetry of the seeded company: some hosts report as long as the sandbox runs, two have been silent for long. */
export class CompanyTelemetry {
  readonly #store: StreamStore;
  readonly #seed: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: StreamStore, seed: number) {
    this.#store = store;
    this.#seed = seed;
  }

  /** Fills an empty store, sends a first sample and goes on sending until `stop`. */
  start(): void {
    if (!this.#store.find(organization, 'metrics', 'up')) this.#past();
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), everySeconds * 1000);
    // A test that ends must not wait for the next sample.
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What the silent ones last said, and an hour of the others in coarse steps. */
  #past() {
    const now = Date.now();
    const members = monitored();
    const hour = Array.from(
      { length: 12 },
      (_, index) => (index + 1) * 300_000,
    );
    const moments = members.flatMap(member => {
      const silent = silentSince[member.host];
      const ages = silent ? [silent * 3_600_000] : hour;
      return ages.map(age => ({ member, at: now - age }));
    });
    this.#send(moments);
  }

  #sample() {
    const at = Date.now();
    const reporting = monitored().filter(({ host }) => !silentSince[host]);
    this.#send(reporting.map(member => ({ member, at })));
  }

  #send(moments: { member: Member; at: number }[]) {
    const metrics = moments.flatMap(({ member, at }) =>
      this.#metrics(member, at),
    );
    const lines = moments.map(({ member, at }) => journalLine(member, at));
    this.#store.add(organization, 'metrics', metrics);
    this.#store.add(organization, 'logs', lines);
  }

  #metrics(member: Member, at: number): NewRecord[] {
    const minute = Math.trunc(at / 60_000);
    const random = createRandom(
      this.#seed + minute + 7919 * member.host.length,
    );
    const gib = 1024 ** 3;
    const values = {
      up: 1,
      node_load1: Math.round(random.next() * 200) / 100,
      node_memory_MemTotal_bytes: 8 * gib,
      node_memory_MemAvailable_bytes: random.integer(2 * gib, 6 * gib),
      node_time_seconds: at / 1000,
    };
    return Object.entries(values).map(([name, value]) => ({
      stream: name.toLowerCase(),
      at: at * 1000,
      fields: {
        ...member,
        job: 'integrations/unix',
        instance: member.host,
        __name__: name,
        value,
      },
    }));
  }
}

function journalLine(member: Member, at: number): NewRecord {
  return {
    stream: 'journal',
    at: at * 1000,
    fields: {
      ...member,
      job: 'loki.source.journal.system',
      stream_name: 'journal',
      unit: 'cron.service',
      level: 'info',
      message: 'pam_unix(cron:session): session closed for user root',
    },
  };
}

function monitored(): Member[] {
  return company.flatMap(([host, , , , , , tags, , running]) => {
    const tag = (prefix: string) =>
      tags
        .split(';')
        .find(candidate => candidate.startsWith(prefix))
        ?.slice(prefix.length);
    const app = tag('app.');
    const environment = tag('env.');
    if (!running || !app || !environment || !monitoredApps.includes(app))
      return [];
    return [{ app, environment, host }];
  });
}
