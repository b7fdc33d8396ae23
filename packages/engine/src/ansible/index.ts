export {
  checkRoleDefaults,
  checkRoles,
  secretArguments,
  type RoleProblem,
} from './arguments';
export type { AnsibleInstallation } from './environment';
export type { PlayEvent, PlayLine } from './events';
export type { PlayHost } from './inventory';
export {
  removePlayLeftovers,
  runPlaybook,
  settleEarlierPlay,
  type PlaybookOptions,
  type PlaybookResult,
} from './playbook';
export { describeRoles } from './describeRoles';
