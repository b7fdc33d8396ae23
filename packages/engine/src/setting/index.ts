export { findAnsible, hasAnsible } from './findAnsible';
export {
  chooseProvider,
  pointAtSandbox,
  sandboxEndpointsSchema,
  type SandboxEndpoints,
} from './sandbox';
