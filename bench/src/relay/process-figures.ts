import { readFile, readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ticksPerSecond = 100;
const bytesPerPage = 4_096;

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** The program, or the script that Node runs. */
  readonly name: string;
  readonly processorSeconds: number;
}

/** Undefined when the process has ended. */
async function processRow(pid: number): Promise<ProcessRow | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (stat === undefined || command === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [program = '', ...args] = command.split('\0');
  const script = program.endsWith('node') ? args.find((arg) => /\.m?js$/.test(arg)) : undefined;
  return {
    pid,
    parent: Number(fields[1]),
    name: basename(script ?? program.replace(/:? .*/s, '')),
    processorSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
  };
}

/** Seconds of processor time that a process has used. */
export async function processorSeconds(pid: number): Promise<number> {
  return (await processRow(pid))?.processorSeconds ?? 0;
}

export async function residentBytes(pid: number): Promise<number> {
  const [, resident = '0'] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
  return Number(resident) * bytesPerPage;
}

/** All that a process started, and what that started. */
async function descendantsOf(ancestor: number): Promise<ProcessRow[]> {
  const ids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const rows = (await Promise.all(ids.map(processRow))).filter((row) => row !== undefined);
  const found: ProcessRow[] = [];
  for (let front = [ancestor]; front.length > 0;) {
    const children = rows.filter(({ parent }) => front.includes(parent));
    found.push(...children);
    front = children.map(({ pid }) => pid);
  }
  return found;
}

/** Processor time of an instance by its programs, and of this process as `load`. */
export async function processorSecondsByName(instancePid: number): Promise<Map<string, number>> {
  const { user, system } = process.cpuUsage();
  const byName = new Map([['load', (user + system) / 1e6]]);
  for (const { name, processorSeconds: seconds } of await descendantsOf(instancePid))
    byName.set(name, (byName.get(name) ?? 0) + seconds);
  return byName;
}

/** The process of this name under `ancestor`, once it is there. */
export async function descendant(ancestor: number, name: string): Promise<number> {
  const givesUpAt = performance.now() + 30_000;
  while (performance.now() < givesUpAt) {
    const found = (await descendantsOf(ancestor)).find((row) => row.name === name);
    if (found !== undefined) return found.pid;
    await delay(50);
  }
  throw new Error(`no process ${name} came up`);
}
