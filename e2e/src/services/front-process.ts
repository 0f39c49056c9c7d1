import { readdir, readFile } from 'node:fs/promises';

/**
 * The process of an instance that holds the page, the services and the relay; its supervisor starts it again when it
 * ends.
 *
 * @throws Error when there is not exactly one.
 */
export async function frontProcessOf(supervisor: number): Promise<number> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (Number.isInteger(pid) && (await parentOf(pid)) === supervisor && (await isFront(pid)))
      found.push(pid);
  }
  const [front, ...others] = found;
  if (front === undefined || others.length > 0)
    throw new Error(`${found.length} front processes are children of ${supervisor}`);
  return front;
}

async function parentOf(pid: number): Promise<number | undefined> {
  const [, parent] = /\) \S (\d+) /.exec(await read(pid, 'stat')) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

async function isFront(pid: number): Promise<boolean> {
  return (await read(pid, 'cmdline')).includes('bundle/front.js');
}

/** A process may end while one looks. */
const read = (pid: number, file: string): Promise<string> =>
  readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
