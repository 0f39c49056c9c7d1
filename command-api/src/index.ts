export { createCommandApi, type CommandApi, type CommandApiOptions } from './create-command-api.ts';
export { type GiveCommand } from './http/give-command.ts';
