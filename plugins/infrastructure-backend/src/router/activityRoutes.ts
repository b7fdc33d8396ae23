import {
  type ActivityResponse,
  deploymentReadPermission,
  runReadPermission,
} from '@nante/plugin-infrastructure-common';
import {
  type DeploymentRegistry,
  type HostRegistry,
  type InfrastructureSettings,
  KeptAnswers,
  type OctopusEvent,
  describeError,
} from '@nante/plugin-infrastructure-node';
import type { Router } from 'express';
import { type ActivityItem, pageOf } from '../activity/items';
import { octopusEntries } from '../activity/octopusEntries';
import { runEntries } from '../activity/runEntries';
import { Subjects } from '../activity/Subjects';
import type { ComponentLinks } from '../deployments/ComponentLinks';
import type { RunIndex } from '../runs/RunIndex';
import type { Access } from './access';
import { activityQuerySchema, parse } from './schemas';

/** How long the events of a question serve all who ask it, in milliseconds. */
const FRESH_FOR = 10_000;
/** Events that are asked for at once: one page of Octopus. */
const EVENTS = 200;
const DEADLINE = 10_000;

/**
 * What happened: our runs, and what Octopus says, in one feed. Whoever may not read deployments gets the runs alone. Tasks of
 * Proxmox are not in it: our client does not list them.
 */
export function addActivityRoutes(
  router: Router,
  deps: {
    access: Access;
    deployments: DeploymentRegistry;
    links: ComponentLinks;
    registry: HostRegistry;
    runs: RunIndex;
    settings: InfrastructureSettings;
    now?: () => number;
  },
): void {
  const { access, deployments, links, registry, runs, settings } = deps;
  const events = new KeptAnswers<OctopusEvent[]>({
    now: deps.now ?? Date.now,
    keepFor: () => FRESH_FOR,
  });

  const eventsOf = async (
    connection: string,
    subjects: Subjects,
    { entityRef, from }: { entityRef?: string; from?: string },
  ): Promise<{ items: ActivityItem[]; error?: string }> => {
    const documentIds =
      entityRef && subjects.documentsOf(entityRef, connection);
    // It is nothing of this space.
    if (documentIds && !documentIds.length) return { items: [] };
    try {
      const found = await events.get(
        JSON.stringify([connection, documentIds, from]),
        async () => {
          const api = await deployments.octopus(connection);
          return api.events(
            {
              take: EVENTS,
              ...(documentIds && { documentIds }),
              ...(from && { since: from }),
            },
            { signal: AbortSignal.timeout(DEADLINE) },
          );
        },
      );
      return { items: octopusEntries(connection, found, subjects) };
    } catch (error) {
      return { items: [], error: describeError(error) };
    }
  };

  router.get('/activity', async (req, res) => {
    const person = await access.require(req, runReadPermission);
    const query = parse(activityQuerySchema, req.query);
    const mayRead = await access.may(person, deploymentReadPermission);
    const wants = mayRead && (query.source ?? 'octopus') === 'octopus';
    const spaces = wants ? await deployments.spaces() : [];
    const [{ hosts }, joined, components, link, listed] = await Promise.all([
      registry.records(),
      deployments.targets(),
      links.components(),
      links.linker(spaces),
      (query.source ?? 'run') === 'run' ? runs.list({ limit: 500 }) : [],
    ]);
    const subjects = new Subjects({
      ...{ hosts, joined, components, spaces, link },
      shared: settings.shared,
    });
    const found = await Promise.all(
      spaces.map(({ name }) => eventsOf(name, subjects, query)),
    );
    const answer: ActivityResponse = {
      ...pageOf(
        [
          ...runEntries(listed, subjects),
          ...found.flatMap(({ items }) => items),
        ],
        query,
      ),
      sources: spaces.map(({ age }, index) => {
        const error = age.error ?? found[index].error;
        return { ...age, ok: age.ok && !error, error };
      }),
    };
    res.json(answer);
  });
}
