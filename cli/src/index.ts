export { CommandFailure, UsageError, type Command } from './command.ts';
export {
  verifyStores,
  type StoresFault,
  type StoresReport,
  type VerifiedStores,
} from './verify-stores/verify-stores.ts';
