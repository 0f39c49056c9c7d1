import type { ImportItem } from '@verbatim/shared';
import { z } from 'zod';

/** One line of the JSON lines format: a message as an archive has it. Keys that would be empty are absent. */
const sourceLineSchema = z.object({
  id: z.string().min(1),
  room: z.string().min(1),
  topic: z.string().optional(),
  ts: z.iso.datetime(),
  author: z.string(),
  authorId: z.string().optional(),
  text: z.string(),
  kind: z.enum(['action', 'system', 'notice']).optional(),
  replyTo: z.string().optional(),
  reactions: z
    .array(z.object({ name: z.string().min(1), users: z.array(z.string()).default([]) }))
    .optional(),
});
type SourceLine = z.infer<typeof sourceLineSchema>;

/** What stands before the first `:` of an id names the source; people are told apart within it. */
const sourceOf = (line: SourceLine): string => line.id.split(':', 1)[0] ?? '';

/**
 * Makes import items of source lines, in order. A topic becomes a thread: its first message in a room is the root, later
 * ones belong to it.
 */
export class LineReader {
  readonly #threadRoots = new Map<string, string>();

  /** @throws z.ZodError when the line is not of the format, SyntaxError when it is not JSON. */
  read(text: string): ImportItem[] {
    const line = sourceLineSchema.parse(JSON.parse(text));
    return [this.#message(line), ...reactionsOf(line)];
  }

  #message(line: SourceLine): ImportItem {
    const root = this.#threadRoot(line);
    return {
      sourceId: line.id,
      at: line.ts,
      as: { sourceUserId: `${sourceOf(line)}:${line.authorId ?? line.author}`, displayName: line.author },
      command: {
        type: 'SendMessage',
        room: line.room,
        text: line.text,
        ...(line.kind !== undefined && { kind: line.kind === 'notice' ? 'text' : line.kind }),
        ...(line.replyTo !== undefined && { replyTo: line.replyTo }),
        ...(root !== undefined && { threadOf: root }),
      },
    };
  }

  #threadRoot(line: SourceLine): string | undefined {
    if (line.topic === undefined) return undefined;
    const thread = JSON.stringify([line.room, line.topic]);
    const root = this.#threadRoots.get(thread);
    if (root === undefined) this.#threadRoots.set(thread, line.id);
    return root;
  }
}

/** Archives keep who reacted by name and not when: the message's own time stands for it. */
function reactionsOf(line: SourceLine): ImportItem[] {
  return (line.reactions ?? []).flatMap(({ name, users }) =>
    users.map((user) => ({
      sourceId: `${line.id}:reaction:${name}:${user}`,
      at: line.ts,
      as: { sourceUserId: `${sourceOf(line)}:${user}`, displayName: user },
      command: { type: 'React' as const, message: line.id, emoji: `:${name}:` },
    })),
  );
}
