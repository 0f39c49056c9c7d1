import { clusterName } from './left-over.ts';

/** For a machine with two cores and a few gigabytes that Postgres shares with the rest of the system. */
const common = {
  cluster_name: clusterName,
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '1GB',
  // A segment kept for reuse still holds what was erased.
  wal_recycle: 'off',
  checkpoint_timeout: '15min',
  // No replicas follow an embedded server; what a rebuild loads into new tables then needs no log of its own.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // Queries are short: compiling them costs more than it saves.
  jit: 'off',
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_line_prefix: '%m [%p] ',
  // Statements and the details of errors hold what people wrote.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
} as const;

/** For data that is thrown away after use. */
const throwAway = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } as const;

export function settingsFor({ port, isDurable }: { port: number; isDurable: boolean }): string[] {
  const settings = { ...common, ...(isDurable ? {} : throwAway), port: String(port) };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
