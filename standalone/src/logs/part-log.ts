import { z } from 'zod';
import { RotatingFile } from './rotating-file.ts';

const entrySchema = z.object({
  level: z.string(),
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});
const shownLevels = new Set(['warn', 'error', 'fatal']);
const keptLines = 10;

/** The log of one part: everything goes to its file, warnings and worse also to the terminal. */
export interface PartLog {
  /** Takes a line that the part wrote; one that is not an entry of ours goes to the file only. */
  write(line: string): void;
  /** The last lines, to tell why a part did not come up. */
  lastLines(): readonly string[];
  close(): void;
}

export function openPartLog(file: string, name: string, show: (line: string) => void): PartLog {
  const kept: string[] = [];
  const target = new RotatingFile(file);
  return {
    write: (line) => {
      target.write(line);
      const entry = parseEntry(line);
      kept.push(entry ? textOf(entry) : line);
      if (kept.length > keptLines) kept.shift();
      if (entry && shownLevels.has(entry.level)) show(`${clock()} ${name} ${entry.level}: ${textOf(entry)}`);
    },
    lastLines: () => kept,
    close: () => target.close(),
  };
}

function parseEntry(line: string): z.infer<typeof entrySchema> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return entrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // Cut off in the middle by a crash.
  }
}

function textOf({ msg, err }: z.infer<typeof entrySchema>): string {
  return err && err.message !== msg ? `${msg} (${err.message})` : msg;
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
