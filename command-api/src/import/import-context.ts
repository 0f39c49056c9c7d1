import type { CommandContext } from '../deciding/command-context.ts';

/**
 * The context of one thing that an import does. Its key is made of the source's ids, so that whoever runs the import
 * again, this owner or another, finds what is there; the mark tells a repeated item from one that reads otherwise now.
 */
export function importContext(base: CommandContext, key: string, mark?: string): CommandContext {
  return { ...base, command: 'Import', commandId: key, causationId: base.commandId, fingerprint: mark };
}
