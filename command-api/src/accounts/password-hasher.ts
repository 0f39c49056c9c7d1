import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Problem } from '@verbatim/shared';
import { z } from 'zod';

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** With no hash to compare with it takes as long and answers false: who is unknown cannot be told by time. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether a hash was made with weaker parameters than today's. */
  isOutdated(hash: string): boolean;
  stop(): Promise<void>;
}

/** argon2id as OWASP recommends it: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const currentPrefix = `$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`;
/** Jobs that may wait: about two seconds of work for one worker. */
const maxWaitingJobs = 64;
/** By its package, for this module may be part of a bundle that lies elsewhere. */
const workerFile = createRequire(import.meta.url).resolve('@verbatim/command-api/password-worker');

const replySchema = z.object({
  id: z.number(),
  result: z.union([z.string(), z.boolean()]).optional(),
  error: z.string().optional(),
});
type Job =
  | { readonly kind: 'hash'; readonly password: string; readonly options: typeof parameters }
  | { readonly kind: 'verify'; readonly password: string; readonly hash: string };
interface Waiting {
  readonly resolve: (result: string | boolean | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export async function createPasswordHasher(): Promise<PasswordHasher> {
  const workers = Array.from({ length: Math.min(2, availableParallelism()) }, () => new HashingWorker());
  const run = (job: Job): Promise<string | boolean | undefined> => {
    const waiting = workers.reduce((sum, worker) => sum + worker.waiting, 0);
    if (waiting >= maxWaitingJobs) return Promise.reject(new Problem('busy', { retryAfterSeconds: 2 }));
    const idlest = workers.reduce((one, other) => (other.waiting < one.waiting ? other : one));
    return idlest.run(job);
  };
  const hash = async (password: string): Promise<string> => {
    const result = await run({ kind: 'hash', password, options: parameters });
    if (typeof result !== 'string') throw new Error('the password worker gave no hash');
    return result;
  };
  const nobody = await hash(randomBytes(32).toString('base64'));
  return {
    hash,
    verify: async (password, known) => {
      const matches = await run({ kind: 'verify', password, hash: known ?? nobody });
      return matches === true && known !== undefined;
    },
    isOutdated: (known) => !known.startsWith(currentPrefix),
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

/** A thread that hashes, started anew when it dies. */
class HashingWorker {
  readonly #jobs = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #nextId = 0;

  get waiting(): number {
    return this.#jobs.size;
  }

  run(job: Job): Promise<string | boolean | undefined> {
    const thread = (this.#thread ??= this.#start());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { resolve, reject });
      thread.postMessage({ id, ...job });
    });
  }

  async stop(): Promise<void> {
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const thread = new Worker(workerFile);
    thread.unref();
    thread.on('message', (message: unknown) => {
      const { id, result, error } = replySchema.parse(message);
      const job = this.#jobs.get(id);
      this.#jobs.delete(id);
      if (error === undefined) job?.resolve(result);
      else job?.reject(new Error(`the password worker failed: ${error}`));
    });
    thread.on('error', () => this.#lose(thread)); // 'exit' does not follow every error
    thread.on('exit', () => this.#lose(thread));
    return thread;
  }

  #lose(thread: Worker): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    for (const job of this.#jobs.values()) job.reject(new Problem('busy'));
    this.#jobs.clear();
  }
}
