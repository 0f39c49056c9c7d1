/**
 * What a program needs before it runs anything: its configuration, and the note of a running instance. A door of
 * its own, because whoever only starts or finds the services should not have to load what they are made of.
 */
export {
  announceInstance,
  findInstance,
  withdrawInstance,
  type InstanceUrls,
} from '../instance/running-instance.ts';
export { encodeCheckpointKey } from './checkpoint-key.ts';
export { environment } from './fields.ts';
export { exitOnBadConfiguration, readConfiguration, type ConfigurationResult } from './read-configuration.ts';
