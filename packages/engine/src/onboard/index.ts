export { onboard } from './onboard';
export { forgetServer } from './records';
