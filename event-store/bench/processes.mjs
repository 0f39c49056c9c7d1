import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/verbatim-event-store.mjs', import.meta.url));
const emptyServer = fileURLToPath(new URL('./empty-server.mjs', import.meta.url));
const MEMORY_DISK = '/dev/shm';

/** Starts a server and resolves when it is ready, with how long that took. */
async function launch(args) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('\n')) break;
  }
  const connectionString = /esdb:\S+/.exec(output)?.[0];
  if (!connectionString) throw new Error(`the server did not start: ${output}`);
  return {
    pid: child.pid,
    connectionString,
    readyMs: performance.now() - startedAt,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

export function launchStore(directory) {
  return launch([program, '--data', directory, '--port', '0', '--insecure']);
}

export function launchEmptyServer() {
  return launch([emptyServer]);
}

/** Memory of a process that is its own, in MiB: the map of the data file does not count. */
export function privateMemory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/RssAnon:\s+(\d+)/.exec(status)[1]) / 1024;
}

/** A new directory on a disk, or in memory, where a sync costs nothing. */
export function newDirectory(where) {
  const root = where === 'memory' && existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir();
  return mkdtempSync(path.join(root, 'verbatim-bench-'));
}
