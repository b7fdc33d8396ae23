import { join } from 'node:path';
import type { StandIn, StandInContext } from '../../standIn';
import { loadUser } from './access';
import { CompanyTelemetry } from './company';
import { OpenobserveFaults } from './faults';
import { createApp } from './routes';
import { StreamStore } from './store';

/**
 * A stand-in for OpenObserve: takes metrics and logs on the routes that agents use, keeps the newest of each stream, and
 * answers searches in SQL. Some hosts of the seeded company report as long as it runs.
 *
 * @param options - `kept`: newest records of each stream that stay; 20 000 unless told
 * @returns a stand-in whose credentials are `username`, `password` and `organization`
 */
export async function createOpenobserve(
  context: StandInContext,
  options: { kept?: number } = {},
): Promise<StandIn> {
  const user = loadUser(join(context.dataDir, 'user.json'));
  const store = new StreamStore(
    join(context.dataDir, 'records.sqlite'),
    options.kept,
  );
  const faults = new OpenobserveFaults();
  const company = new CompanyTelemetry(store, context.seed);
  const app = createApp({ user, store, faults });
  company.start();
  return {
    name: 'openobserve',
    credentials: { ...user, organization: 'default' },
    fetch: request => app.fetch(request),
    setFault: (kind, parameters) => faults.set(kind, parameters),
    clearFaults: () => faults.clear(),
    async reset() {
      company.stop();
      store.clear();
      company.start();
    },
    async stop() {
      company.stop();
      store.close();
    },
  };
}
