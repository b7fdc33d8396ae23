import type { Verb } from '../session';
import { cancel, configPush, configShow, doctor, unlock } from './care';
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
