import {
  NanteError,
  type Configuration,
  type InfrastructureConfig,
  type OnboardRequest,
} from '@nante/model';
import { markUnsafe } from '../ansible/unsafe';
import { quoted, withoutGiven } from '../configure/byHand';
import { joinConfigurations } from '../configure/configurationOf';
import { playOnHosts } from '../configure/playOnHosts';
import { secretsByHand } from '../configure/siteSecrets';
import { newHostNeeds, siteVariables } from '../configure/siteVariables';
import type { SoftwareTools } from '../configure/software';
import type { Run } from '../operation/executeRun';

/** Plays on a server that is onboarded, one after the other. */
export interface ServerPlays {
  /**
   * @param environment - secrets for the roles
   * @throws NanteError as `playOnHosts` does, after the run document has what all plays did
   */
  play(
    playbook: 'bootstrap.yml' | 'site.yml',
    environment?: Record<string, string>,
  ): Promise<void>;
  /** Says of a check run what it cannot look at. */
  notSeen(text: string): void;
  /** What all plays so far did, or would do. */
  configuration(): Configuration;
}

export function createServerPlays(
  run: Run,
  request: OnboardRequest,
  options: { tools: SoftwareTools; hostKeys: string[]; dryRun: boolean },
): ServerPlays {
  const { recorder } = run;
  const { name, address, port, loginUser } = request;
  const { tools, hostKeys, dryRun } = options;
  const roles = request.roles.map(role => role.name);
  const unseen: string[] = [];
  let sofar: Configuration = {
    ...{ dryRun, pretended: false, roles },
    ...{ recap: [], failures: [], changes: [], unseen: [] },
  };
  const add = (played: Configuration | undefined) => {
    if (played) sofar = joinConfigurations(sofar, played);
    return sofar;
  };
  return {
    async play(playbook, environment) {
      const before = recorder.document.configuration;
      try {
        const played = await playOnHosts(run, {
          ...{ playbook, dryRun, roles, tools },
          hosts: [
            {
              ...{ name, address, port, user: loginUser, hostKeys },
              variables: siteVariables(run.config, request, name),
            },
          ],
          variables: variablesOf(request),
          environment,
        });
        await recorder.update({ configuration: add(played) });
      } catch (error) {
        // The document has this play's part alone, where there is one.
        const { configuration } = recorder.document;
        if (configuration !== before)
          await recorder
            .update({ configuration: add(configuration) })
            .catch(() => {});
        throw explained(error, request);
      }
    },
    notSeen: text => unseen.push(text),
    configuration: () => ({ ...sofar, unseen: [...sofar.unseen, ...unseen] }),
  };
}

/** Commands that do the same without us, in a clone of the repository, with a person's own SSH key. */
export function onboardByHand(
  config: InfrastructureConfig,
  request: OnboardRequest,
  dryRun: boolean,
): string[] {
  const { address, port, loginUser, roles } = request;
  const variables = {
    ...(markUnsafe({
      ...withoutGiven(siteVariables(config, request, request.name), roles),
      ...variablesOf(request),
    }) as object),
    ...(port === 22 ? {} : { ansible_port: port }),
    // Whoever is root needs no sudo.
    ...(loginUser === 'root' ? { ansible_become: false } : {}),
  };
  const flags = dryRun ? ' --check --diff' : '';
  const play = `ansible-playbook -i ${address}, -u ${loginUser} -e @server.json${flags}`;
  return [
    'cd ansible',
    ...secretsByHand(newHostNeeds(config, request, true)),
    `printf %s ${quoted(JSON.stringify(variables))} > server.json`,
    `${play} bootstrap.yml`,
    ...(roles.length > 0 ? [`${play} site.yml`] : []),
  ];
}

function variablesOf({ adminUser, adminSshKeys, roles }: OnboardRequest) {
  return {
    ...(adminUser
      ? { bootstrap_user: adminUser, bootstrap_ssh_keys: adminSshKeys }
      : {}),
    nante_roles: roles,
  };
}

/** A check run that fails has changed nothing: there is nothing to finish. */
function explained(error: unknown, { checkedRunId }: OnboardRequest): unknown {
  if (!NanteError.is(error) || error.code !== 'failed' || checkedRunId)
    return error;
  return new NanteError(error.code, error.message, {
    hint: 'Nothing was changed. Correct what is named, then check again.',
    details: error.details,
    cause: error,
  });
}
