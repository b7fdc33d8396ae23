import type { Verb } from '../session';
import { cancel, configPush, configShow, doctor, unlock } from './care';
import { deployDocker, deployK8s } from './appDeployments';
import { createRepository, publish } from './artifacts';
import { createProject, createRelease, deploy, rollback } from './deployments';
import { history, status } from './look';
import { plan } from './plan';
import {
  configure,
  destroy,
  onboard,
  power,
  provision,
  repair,
  resize,
  snapshot,
  template,
} from './runs';
import { deregister, register } from './target';

/** By the name of the command in the table. */
export const verbs: Partial<Record<string, Verb>> = {
  provision,
  destroy,
  configure,
  onboard,
  bootstrap: onboard,
  plan,
  power,
  resize,
  snapshot,
  register,
  deregister,
  'project create': createProject,
  'release create': createRelease,
  deploy,
  rollback,
  publish,
  'repository create': createRepository,
  'deploy-docker': deployDocker,
  'deploy-k8s': deployK8s,
  status,
  history,
  template,
  repair,
  cancel,
  unlock,
  doctor,
  'config push': configPush,
  'config show': configShow,
};
