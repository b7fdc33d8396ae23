/**
 * Hosts, nodes and clusters as catalog entities.
 *
 * @packageDocumentation
 */
export { catalogModuleInfrastructure as default } from './module';
