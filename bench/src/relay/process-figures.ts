import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const ticksPerSecond = 100;
const bytesPerPage = 4_096;

/** Seconds of processor time that a process has used. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (user + system) / ticksPerSecond;
}

export async function residentBytes(pid: number): Promise<number> {
  const [, resident = '0'] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
  return Number(resident) * bytesPerPage;
}

/** The process whose command line ends like this, among the children of `parent`, once it is there. */
export async function childProcess(parent: number, commandLineEnd: string): Promise<number> {
  const givesUpAt = performance.now() + 30_000;
  while (performance.now() < givesUpAt) {
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      // A process may end while we look.
      const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
      const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
      const isChild = Number(/\) \S (?<parent>\d+) /.exec(stat)?.groups?.parent) === parent;
      if (isChild && command.replaceAll('\0', ' ').trim().endsWith(commandLineEnd)) return Number(entry);
    }
    await delay(50);
  }
  throw new Error(`no process ${commandLineEnd} came up`);
}
