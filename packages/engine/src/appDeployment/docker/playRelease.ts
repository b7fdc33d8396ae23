import type {
  Configuration,
  DeployDockerRequest,
  RoleChoice,
} from '@nante/model';
import { joinConfigurations } from '../../configure/configurationOf';
import { playOnHosts } from '../../configure/playOnHosts';
import { playWithSite } from '../../configure/playWithSite';
import { siteNeeds, siteVariables } from '../../configure/siteVariables';
import type { SoftwareTools } from '../../configure/software';
import { siteHost } from '../../configure/targets';
import type { Lease } from '../../lock/lease';
import type { Run } from '../../operation/executeRun';
import type { PlacedHost } from './placedHost';
import { releaseWordOf, type ReleaseWord } from './releaseWord';

/** Plays of one run, on one host after the other. */
export interface ReleasePlays {
  /**
   * Applies the role to one host, in passing: it does not become one of the host's own.
   *
   * @returns what it says of the release, and the failure of the play; no word from guests that are records, nor by a dry run
   */
  play(
    host: PlacedHost,
    role: RoleChoice,
  ): Promise<{ word?: ReleaseWord; failure?: unknown }>;
  /** What all of them did so far. */
  configuration(): Configuration | undefined;
}

export function releasePlays(
  run: Run,
  request: Pick<DeployDockerRequest, 'app' | 'environment' | 'dryRun'>,
  given: {
    /** Of the hosts. */
    workspace: string;
    lease: Lease;
    tools: SoftwareTools;
  },
): ReleasePlays {
  const { workspace, lease, tools } = given;
  const done: Configuration[] = [];
  const joined = () => {
    const [first, ...others] = done;
    return first && joinConfigurations(first, ...others);
  };

  return {
    configuration: joined,
    async play({ host, target }, role) {
      let word: ReleaseWord | undefined;
      const needs = siteNeeds(run.config, request, [
        siteHost({ ...host, roles: [role] }),
      ]);
      await lease.assertHeld();
      await run.recorder.update({ configuration: undefined });
      let failure: unknown;
      try {
        await playWithSite(run, lease, needs, request.dryRun, environment =>
          playOnHosts(run, {
            playbook: 'site.yml',
            ...{ environment, workspace, tools, dryRun: request.dryRun },
            roles: [role.name],
            hosts: [
              {
                ...target,
                variables: {
                  ...siteVariables(run.config, request, host.name),
                  nante_roles: [role],
                },
              },
            ],
            onEvent: event => {
              word = releaseWordOf(event) ?? word;
            },
          }),
        );
      } catch (error) {
        failure = error;
      }
      const { configuration } = run.recorder.document;
      if (configuration) done.push(configuration);
      await run.recorder.update({ configuration: joined() });
      return { word, failure };
    },
  };
}
