import type { DeployDockerRequest, RoleChoice } from '@nante/model';

/** The role with the arguments of a request. */
export function releaseRole(
  request: Pick<
    DeployDockerRequest,
    'app' | 'version' | 'port' | 'containerPort' | 'variables'
  > &
    Pick<DeployDockerRequest, 'healthPath' | 'healthSeconds'>,
  given: {
    /** By its digest, as the hosts reach it. */
    image: string;
    /** Text of the Compose file. */
    compose?: string;
    /** Leaves the version for the last good one before it. */
    isReturn?: boolean;
  },
): RoleChoice {
  const { image, compose, isReturn } = given;
  return {
    name: 'app-deploy',
    arguments: {
      app_deploy_name: request.app,
      app_deploy_version: request.version,
      app_deploy_image: image,
      app_deploy_port: request.port,
      app_deploy_health_path: request.healthPath,
      app_deploy_health_seconds: request.healthSeconds,
      app_deploy_variables: request.variables,
      ...(request.containerPort !== undefined && {
        app_deploy_container_port: request.containerPort,
      }),
      ...(compose !== undefined && { app_deploy_compose: compose }),
      ...(isReturn && { app_deploy_state: 'returned' }),
    },
  };
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}):(\d+)\//;

/**
 * An image as hosts reach it. What lies in a registry on this machine's own loopback, such as the sandbox's, no host finds
 * under that name: they reach the same port at the address of `NEXUS_DOCKER_REGISTRY`.
 */
export function imageForHosts(image: string, registry?: string): string {
  const port = loopback.exec(image)?.[1];
  const there = registry?.replace(/^https?:\/\//, '').split('/')[0];
  if (port === undefined || !there?.endsWith(`:${port}`)) return image;
  return image.replace(loopback, `${there}/`);
}
