import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { announceInstance, withdrawInstance } from '@verbatim/shared/configuration';
import type { StandaloneConfiguration } from './configuration.ts';
import { lockDataDirectory } from './data-directory/instance-lock.ts';
import { keepKeys } from './data-directory/keys.ts';
import { keepPorts } from './data-directory/ports.ts';
import { openLogs } from './logs/logs.ts';
import { originOf, refusePortInUse } from './origin.ts';
import { composeParts } from './parts.ts';
import { waitUntilHealthy } from './readiness.ts';
import { StartFault } from './start-fault.ts';
import { Supervisor } from './supervisor/supervisor.ts';

/** Everything of `npm start` on one data directory. */
export interface Instance {
  readonly origin: string;
  /** Resolves when the whole main job works: every part is healthy and the read models have caught up. */
  start(): Promise<void>;
  /** Resolves when everything that was started has ended, at the latest soon after `stopWithinMs`. */
  stop(): Promise<void>;
  /** Does not wait for anything to end cleanly any more. */
  force(): void;
}

/** Parts have bounds of their own, which add up to less; this one holds whatever happens. */
const stopWithinMs = 9_500;
const patienceMs = 10_000;

/**
 * Takes the data directory, and prepares what is kept in it.
 * @param say prints a line for the person at the terminal
 */
export async function openInstance(
  configuration: StandaloneConfiguration,
  say: (line: string) => void,
): Promise<Instance> {
  const { dataDirectory, host, port } = configuration;
  await makeDirectory(dataDirectory);
  const lock = await lockDataDirectory(dataDirectory);
  await refusePortInUse(host, port);
  const keys = await keepKeys(dataDirectory, configuration.env);
  const ports = await keepPorts(dataDirectory);
  await makeDirectory(path.join(dataDirectory, 'events'));

  const origin = originOf(host, port);
  const logs = openLogs(path.join(dataDirectory, 'logs'), say);
  const { startOrder, stopOrder, healthUrls, storeUrls } = composeParts({
    configuration,
    keys,
    ports,
    logs,
    lock,
  });
  const supervisor = new Supervisor({ startOrder, stopOrder, report: say });
  const stopping = new AbortController();

  const start = async () => {
    const impatience = setInterval(() => say('Still starting…'), patienceMs);
    try {
      await supervisor.start();
      await announceInstance(dataDirectory, { origin, ...storeUrls() });
      await waitUntilHealthy(healthUrls, stopping.signal);
      logs.showWarnings();
    } finally {
      clearInterval(impatience);
    }
  };
  const stop = async () => {
    stopping.abort();
    lock.announceStop();
    const insist = setTimeout(() => supervisor.kill(), stopWithinMs);
    await supervisor.stop();
    clearTimeout(insist);
    await withdrawInstance(dataDirectory);
    logs.close();
    lock.release();
  };
  let stopped: Promise<void> | undefined;
  return { origin, start, stop: () => (stopped ??= stop()), force: () => supervisor.kill() };
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartFault(`The directory ${directory} cannot be made: ${reason}`, { cause });
  }
}
