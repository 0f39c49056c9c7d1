import path from 'node:path';
import { openPartLog, type PartLog } from './part-log.ts';

/** The logs of all parts. */
export interface Logs {
  /** The log of a part, kept as `NAME.log`. */
  of(name: string): PartLog;
  /** From now on warnings of parts reach the terminal; those of the start are in the files only. */
  showWarnings(): void;
  close(): void;
}

export function openLogs(directory: string, say: (line: string) => void): Logs {
  const open: PartLog[] = [];
  let isShowing = false;
  return {
    of: (name) => {
      const log = openPartLog(path.join(directory, `${name}.log`), name, (line) => {
        if (isShowing) say(line);
      });
      open.push(log);
      return log;
    },
    showWarnings: () => (isShowing = true),
    close: () => open.forEach((log) => log.close()),
  };
}
