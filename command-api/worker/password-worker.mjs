// Hashes and verifies passwords away from the threads that serve requests and files: one job at a time, synchronously,
// so that libuv's small pool, which files, names and the store's commits share, stays free. Plain JavaScript,
// since a worker is loaded by Node itself, from sources and from what was built alike.
import { parentPort } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';

parentPort?.on('message', ({ id, kind, password, hash, options }) => {
  try {
    const result = kind === 'hash' ? hashSync(password, options) : verifySync(hash, password);
    parentPort?.postMessage({ id, result });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
