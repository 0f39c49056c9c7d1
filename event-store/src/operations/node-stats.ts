import { freemem } from 'node:os';
import type { EventLog } from '../log/event-log.ts';

/** Figures of the running server, by name. */
export type Stats = Readonly<Record<string, string>>;

/** Tells how the server does: its process, and its log. */
export function nodeStats(log: EventLog): Stats {
  const { rss, heapUsed } = process.memoryUsage();
  const figures = {
    'proc-id': process.pid,
    'proc-uptime-seconds': Math.round(process.uptime()),
    'proc-mem': rss,
    'proc-heap-used': heapUsed,
    'sys-freeMem': freemem(),
    'es-head-position': log.headPosition,
    'es-commits': log.commits,
    'es-queued-bytes': log.queuedBytes,
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, value.toString()]));
}
