import type { PermissionsRegistryService } from '@backstage/backend-plugin-api';
import {
  type Permission,
  isResourcePermission,
} from '@backstage/plugin-permission-common';
import {
  RESOURCE_TYPE_PROJECT,
  infrastructurePermissions,
} from '@nante/plugin-infrastructure-common';
import type {
  DeploymentRegistry,
  HostRegistry,
} from '@nante/plugin-infrastructure-node';
import type { ComponentLinks } from './deployments/ComponentLinks';
import {
  type ProjectResource,
  hostPermissionResourceRef,
  isHostOwner,
  isProjectOwner,
  projectPermissionResourceRef,
} from './permissions';

/** Tells the permission system what hosts and projects are, and how their owners are found. */
export function addResourceTypes(
  permissions: PermissionsRegistryService,
  deps: {
    registry: HostRegistry;
    deployments: DeploymentRegistry;
    links: ComponentLinks;
  },
): void {
  const { registry, deployments, links } = deps;
  const isOfProject = (permission: Permission) =>
    isResourcePermission(permission, RESOURCE_TYPE_PROJECT);

  permissions.addResourceType({
    resourceRef: hostPermissionResourceRef,
    permissions: infrastructurePermissions.filter(
      permission => !isOfProject(permission),
    ),
    rules: [isHostOwner],
    getResources: async refs => {
      const hosts = await registry.hosts();
      return refs.map(ref => hosts.find(host => host.entityRef === ref));
    },
  });

  permissions.addResourceType({
    resourceRef: projectPermissionResourceRef,
    permissions: infrastructurePermissions.filter(isOfProject),
    rules: [isProjectOwner],
    getResources: async refs => {
      const spaces = await deployments.spaces();
      const link = await links.linker(spaces);
      const projects = new Map(
        spaces.flatMap(({ name, board }) =>
          (board?.dashboard.projects ?? []).map(
            (project): [string, ProjectResource] => {
              const ref = `${name}/${project.id}`;
              return [ref, { ref, owner: link(name, project)?.owner }];
            },
          ),
        ),
      );
      return refs.map(ref => projects.get(ref));
    },
  });
}
