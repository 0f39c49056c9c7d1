import { readFile } from 'node:fs/promises';

const kilobytesPerMegabyte = 1_000;

/** The most that a process has had in memory so far; 0 when it is gone. */
export async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''); // it may just have ended
  const kilobytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
  return Math.round((kilobytes * 1.024) / kilobytesPerMegabyte);
}
