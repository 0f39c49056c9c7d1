import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const keptOutputBytes = 64 * 1024;

/** A step of the preparation failed; the message is for the person who started it. */
export class StepFailure extends Error {
  name = 'StepFailure';
}

/**
 * Runs a program with its output held back.
 * @returns {Promise<{ ok: boolean, output: string, seconds: string }>} `output` is the end of what it said.
 */
export async function runQuietly(command, args, options = {}) {
  const started = performance.now();
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-keptOutputBytes)));
  }
  const letGo = handOnSignals(child);
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
    child.once('error', (error) => {
      output += `${error.message}\n`;
      resolve(null);
    });
  });
  letGo();
  return { ok: code === 0, output, seconds: secondsSince(started) };
}

/** Asked to stop, we stop what we started, and end when that has ended. */
function handOnSignals(child) {
  const handOn = (signal) => {
    child.once('close', () => process.exit(128 + constants.signals[signal]));
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, handOn);
  return () => {
    for (const signal of signals) process.off(signal, handOn);
  };
}

export function secondsSince(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
