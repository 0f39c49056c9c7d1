import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { PartLog } from '../logs/part-log.ts';
import { StartFault } from '../start-fault.ts';
import type { Part, RunningPart } from './part.ts';

export interface ProcessDescription {
  readonly name: string;
  /** A module for Node that calls `runService`. */
  readonly script: string;
  /** Asked at every start: what other parts found out at theirs may stand in it. */
  readonly env: () => Readonly<Record<string, string | undefined>>;
  readonly log: PartLog;
  /** The data directory's lock, which the process inherits so that it is held until the process has ended. */
  readonly lockDescriptor?: number | undefined;
  readonly readyWithinMs: number;
  readonly stopWithinMs: number;
}

/** What a child process tells its supervisor. */
export const childMessageSchema = z.object({ type: z.literal('ready') });
export type ChildMessage = z.infer<typeof childMessageSchema>;

/** EX_CONFIG: the configuration is bad, so starting again would not help. */
const badConfigurationExitCode = 78;

/** A part that is a Node process of its own. */
export function processPart(description: ProcessDescription): Part {
  return {
    name: description.name,
    start: async (signal) => {
      signal.throwIfAborted();
      const child = launch(description);
      const ended = endOf(child);
      const kill = () => void child.kill('SIGKILL');
      try {
        await waitUntilReady(child, ended, description, signal);
      } catch (error) {
        kill();
        await ended;
        throw error;
      }
      return running(child, ended, description.stopWithinMs);
    },
  };
}

function launch({ script, env, log, lockDescriptor }: ProcessDescription): ChildProcess {
  const child = spawn(process.execPath, [script], {
    env: { NODE_ENV: 'production', ...env() },
    // A session of its own, so that Ctrl-C in the terminal reaches us alone and we choose the order of stopping.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...(lockDescriptor === undefined ? [] : [lockDescriptor])],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => log.write(line));
  }
  return child;
}

function endOf(child: ChildProcess): Promise<{ how: string; code: number | null }> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) =>
      resolve({ code, how: signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}` }),
    );
    // Without a process there is no `close`: the program could not be run at all.
    child.once('error', (error) => resolve({ code: null, how: error.message }));
  });
}

async function waitUntilReady(
  child: ChildProcess,
  ended: ReturnType<typeof endOf>,
  { name, log, readyWithinMs }: ProcessDescription,
  signal: AbortSignal,
): Promise<void> {
  const late = AbortSignal.timeout(readyWithinMs);
  const told = once(child, 'message', { signal: AbortSignal.any([signal, late]) }).then(
    ([message]) => childMessageSchema.parse(message),
    (error: unknown) => {
      if (late.aborted) throw new Error(`${name} was not ready after ${readyWithinMs} ms`, { cause: error });
      throw error;
    },
  );
  // When the process ends first, nobody waits for its message any more.
  told.catch(() => undefined);
  const outcome = await Promise.race([told, ended]);
  if ('type' in outcome) return;
  const said = log.lastLines().join(' | ');
  if (outcome.code === badConfigurationExitCode)
    throw new StartFault(said, { exitCode: badConfigurationExitCode });
  throw new Error(`${name} did not start (${outcome.how}): ${said}`);
}

function running(child: ChildProcess, ended: ReturnType<typeof endOf>, stopWithinMs: number): RunningPart {
  return {
    ended: ended.then(({ how }) => how),
    kill: () => void child.kill('SIGKILL'),
    stop: async () => {
      const insist = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(insist);
    },
  };
}
