export { createCommandApi, type CommandApi, type CommandApiOptions } from './create-command-api.ts';
