import {
  type DoctorResponse,
  type PolicyResponse,
  hostReadPermission,
  operatePermission,
} from '@nante/plugin-infrastructure-common';
import type {
  Engine,
  InfrastructureSettings,
} from '@nante/plugin-infrastructure-node';
import type { Router } from 'express';
import type { Access } from './access';
import { flagQuerySchema, parse } from './schemas';

/** How long the checks of one look serve all who ask, in milliseconds: they ask every system. */
const FRESH_FOR = 30_000;
const DEADLINE = 60_000;

/** Routes for those who run the portal: what has to be right, and what may be asked for. */
export function addAdminRoutes(
  router: Router,
  deps: {
    access: Access;
    engine: Engine;
    settings: InfrastructureSettings;
    now?: () => number;
  },
): void {
  const { access, engine, settings, now = Date.now } = deps;
  let last: { at: number; answer: Promise<DoctorResponse> } | undefined;

  const examine = async (): Promise<DoctorResponse> => ({
    checks: await engine.doctor({ signal: AbortSignal.timeout(DEADLINE) }),
    checkedAt: new Date(now()).toISOString(),
  });

  router.get('/doctor', async (req, res) => {
    await access.require(req, operatePermission);
    const { refresh } = parse(flagQuerySchema, req.query);
    const age = last ? now() - last.at : Infinity;
    // Whoever presses the button twice does not start it twice.
    if (!last || age > FRESH_FOR || (refresh && age > 2_000)) {
      last = { at: now(), answer: examine() };
      const begun = last;
      // A failure is no answer for the next one who asks.
      begun.answer.catch(() => {
        if (last === begun) last = undefined;
      });
    }
    res.json(await last.answer);
  });

  router.get('/policy', async (req, res) => {
    await access.require(req, hostReadPermission);
    const { environments, sizes, policy } = settings.shared;
    const { nodes, storages, hostsPerOwner, maximum, kinds, user } = policy;
    const answer: PolicyResponse = {
      environments: Object.entries(environments).map(([name, one]) => ({
        name,
        title: one.title,
        connection: one.connection,
        vlan: one.vlan,
        subnet: one.subnet,
        addressing: one.addressing.type,
        sizes: one.sizes,
        restricted: one.restricted,
        mesh: one.mesh,
        telemetry: one.telemetry,
      })),
      sizes: Object.entries(sizes).map(([name, size]) => ({ name, ...size })),
      policy: { nodes, storages, hostsPerOwner, maximum, kinds, user },
    };
    res.json(answer);
  });
}
