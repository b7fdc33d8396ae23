import type { Machine, ProcessAction } from '../documents';
import type { DeploymentSubject } from './subject';

/** Variables of the system that scripts may ask for, by name; those of earlier steps' scripts too. */
export function variablesOf(
  { deployment, release, project, environment }: DeploymentSubject,
  action: ProcessAction,
  machine: Machine | undefined,
  outputs: Record<string, string>,
): Record<string, string> {
  return {
    'Octopus.Action.Id': action.Id,
    'Octopus.Action.Name': action.Name,
    'Octopus.Deployment.Comments': deployment.Comments,
    'Octopus.Deployment.CreatedBy.Username': deployment.DeployedBy,
    'Octopus.Deployment.ForcePackageRedeployment': `${deployment.ForcePackageRedeployment}`,
    'Octopus.Deployment.Id': deployment.Id,
    'Octopus.Deployment.Name': deployment.Name,
    'Octopus.Environment.Id': environment.Id,
    'Octopus.Environment.Name': environment.Name,
    'Octopus.Project.Id': project.Id,
    'Octopus.Project.Name': project.Name,
    'Octopus.Project.Slug': project.Slug,
    'Octopus.Release.Channel.Id': release.ChannelId,
    'Octopus.Release.Id': release.Id,
    'Octopus.Release.Notes': release.ReleaseNotes ?? '',
    'Octopus.Release.Number': release.Version,
    'Octopus.Space.Id': deployment.SpaceId,
    'Octopus.Task.Id': deployment.TaskId,
    ...(machine && {
      'Octopus.Machine.Id': machine.Id,
      'Octopus.Machine.Name': machine.Name,
      'Octopus.Machine.Roles': machine.Roles.join(','),
    }),
    ...outputs,
  };
}

/** A text with `#{Name}` replaced; what is not known stays as it is, as Octopus leaves it. */
export function substitute(
  text: string,
  variables: Record<string, string>,
): string {
  return text.replaceAll(
    /#\{([^{}]+)\}/g,
    (whole, name: string) => variables[name.trim()] ?? whole,
  );
}
