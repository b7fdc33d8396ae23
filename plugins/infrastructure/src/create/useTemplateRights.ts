import { usePermission } from '@backstage/plugin-permission-react';
import { taskCreatePermission } from '@backstage/plugin-scaffolder-common/alpha';
import {
  hostCreatePermission,
  releaseCreatePermission,
  repositoryCreatePermission,
} from '@nante/plugin-infrastructure-common';
import type { TemplateGroup } from './templates';

/**
 * Which permission somebody lacks for the templates of a group; undefined where none is missing. What belongs to whom is
 * looked at by the template itself: this only keeps people from a form that can't end well.
 */
export function useTemplateRights(): (
  group: TemplateGroup,
) => string | undefined {
  const task = usePermission({ permission: taskCreatePermission });
  const host = usePermission({ permission: hostCreatePermission });
  const release = usePermission({ permission: releaseCreatePermission });
  const repository = usePermission({ permission: repositoryCreatePermission });
  const needs = {
    Hosts: [host, hostCreatePermission.name],
    'Day 2': [host, hostCreatePermission.name],
    Clusters: [host, hostCreatePermission.name],
    Deployments: [release, releaseCreatePermission.name],
    Applications: [repository, repositoryCreatePermission.name],
    Others: [task, taskCreatePermission.name],
  } as const;
  return group => {
    if (!task.loading && !task.allowed) return taskCreatePermission.name;
    const [{ loading, allowed }, name] = needs[group];
    return loading || allowed ? undefined : name;
  };
}
