export { CommandFailure, UsageError, type Command } from './command.ts';
