import type {
  BackstageCredentials,
  BackstageUserPrincipal,
  HttpAuthService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  type BasicPermission,
} from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import {
  deploymentCreatePermission,
  hostDeletePermission,
  hostUpdatePermission,
  operatePermission,
} from '@nante/plugin-infrastructure-common';
import {
  type HostRecord,
  whyNotRepair,
} from '@nante/plugin-infrastructure-node';
import type { Remedy, RunDocument } from '@nante/model';
import type { Request } from 'express';
import { type ProjectResource, isProjectOwner } from '../permissions';

const authorizeProject = createConditionAuthorizer([isProjectOwner]);

/** A signed-in person, as the routes need it. */
export interface Person {
  credentials: BackstageCredentials<BackstageUserPrincipal>;
  /** Entity ref of the person. */
  ref: string;
  /** The person and the groups that the person belongs to. */
  claims: string[];
  operator: boolean;
}

/** What the policy says about a person and a host. */
export interface HostRights {
  /** Power, size, snapshots and configuration. */
  update: boolean;
  destroy: boolean;
}

/** Who asks, and whether they may. */
export class Access {
  readonly #httpAuth: HttpAuthService;
  readonly #userInfo: UserInfoService;
  readonly #permissions: PermissionsService;

  constructor(deps: {
    httpAuth: HttpAuthService;
    userInfo: UserInfoService;
    permissions: PermissionsService;
  }) {
    this.#httpAuth = deps.httpAuth;
    this.#userInfo = deps.userInfo;
    this.#permissions = deps.permissions;
  }

  /**
   * The person behind a request.
   *
   * @throws AuthenticationError without a user, NotAllowedError without the permission
   */
  async require(
    request: Request,
    permission: BasicPermission,
  ): Promise<Person> {
    const credentials = await this.#httpAuth.credentials(request, {
      allow: ['user'],
    });
    const [[allowed, operates], info] = await Promise.all([
      this.#permissions.authorize(
        [{ permission }, { permission: operatePermission }],
        {
          credentials,
        },
      ),
      this.#userInfo.getUserInfo(credentials),
    ]);
    if (allowed.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        `You lack the permission ${permission.name}; the portal's operators grant it.`,
      );
    }
    return {
      credentials,
      ref: info.userEntityRef,
      claims: info.ownershipEntityRefs,
      operator: operates.result === AuthorizeResult.ALLOW,
    };
  }

  /**
   * Why the person may not repair a run in this way; undefined when nothing speaks against it.
   *
   * @param records - of the run's hosts
   */
  whyNotRepair(
    person: Person,
    run: RunDocument,
    remedy: Remedy,
    records: HostRecord[],
  ): Promise<string | undefined> {
    return whyNotRepair({
      permissions: this.#permissions,
      credentials: person.credentials,
      person,
      run,
      remedy,
      records,
    });
  }

  /** What the person may do with the host; rules about its owner are applied. */
  async ofHost(person: Person, entityRef: string): Promise<HostRights> {
    const decisions = await this.#permissions.authorize(
      [hostUpdatePermission, hostDeletePermission].map(permission => ({
        permission,
        resourceRef: entityRef,
      })),
      { credentials: person.credentials },
    );
    const [update, destroy] = decisions.map(
      ({ result }) => result === AuthorizeResult.ALLOW,
    );
    return { update, destroy };
  }

  /** Whether the person has a permission that is about no single thing. */
  async may(person: Person, permission: BasicPermission): Promise<boolean> {
    const [{ result }] = await this.#permissions.authorize([{ permission }], {
      credentials: person.credentials,
    });
    return result === AuthorizeResult.ALLOW;
  }

  /**
   * What the person may do with projects, asked once for all of them.
   *
   * @returns function that applies the rules about the owner to a project
   */
  async ofProjects(
    person: Person,
  ): Promise<(project: ProjectResource) => boolean> {
    const [decision] = await this.#permissions.authorizeConditional(
      [{ permission: deploymentCreatePermission }],
      { credentials: person.credentials },
    );
    return project => authorizeProject(decision, project);
  }
}
