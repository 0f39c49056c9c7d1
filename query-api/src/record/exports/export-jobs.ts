import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  contentKey,
  encodeEvent,
  exportScope,
  Problem,
  Sealer,
  streamOf,
  uuidV5,
  type CheckpointKey,
  type EventStore,
  type ExportView,
  type Keyring,
  type Logger,
  type SqlSource,
} from '@verbatim/shared';
import type { TreeSigner } from '../checkpoints/tree-signer.ts';
import {
  findExport,
  pendingExports,
  requestsOf,
  type ExportRequest,
  type FinishedExport,
} from './export-request.ts';
import { keptExports, SealedFile } from './sealed-file.ts';
import { writeExport } from './write-export.ts';

export interface ExportJobsOptions {
  /** For long statements: its own connections. */
  readonly source: SqlSource;
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly freshKeyring: () => Keyring;
  readonly key: CheckpointKey;
  readonly signer: TreeSigner;
  readonly directory: string;
  readonly logger: Logger;
}

type Progress = ExportView['progress'];
const pollEveryMs = 1_000;
const sweepEveryMs = 60_000;
/** After a failure that may pass by itself, such as a vault that is away. */
const retryAfterMs = 15_000;

/**
 * Makes the exports that were asked for, one after the other. What is to be done stands on the record, so a restart
 * begins again with what is not finished; made twice, an export is the same to the byte.
 */
export class ExportJobs {
  readonly #options: ExportJobsOptions;
  readonly #progress = new Map<string, Progress>();
  readonly #retryAt = new Map<string, number>();
  #sweepsAt = 0;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: ExportJobsOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Undefined while it is not being made here. */
  progressOf(exportId: string): Progress | undefined {
    return this.#progress.get(exportId);
  }

  /** The last try to make it failed; it will be tried again. */
  hasFailed(exportId: string): boolean {
    return this.#retryAt.has(exportId);
  }

  fileOf(exportId: string): SealedFile {
    return new SealedFile(this.#options.directory, exportId);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    const { logger } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#round().catch((error: unknown) => logger.warn({ err: error }, 'exports must wait'));
      if (performance.now() >= this.#sweepsAt) await this.#sweep();
      await delay(pollEveryMs, undefined, { signal }).catch(() => undefined); // the loop ends
    }
  }

  async #round(): Promise<void> {
    const { source, freshKeyring, logger } = this.#options;
    for (const { organizationId, exportId } of await pendingExports(source)) {
      if (this.#isStopping()) return;
      if ((this.#retryAt.get(exportId) ?? 0) > performance.now()) continue;
      try {
        const found = await findExport(source, freshKeyring(), organizationId, exportId);
        if (found?.finished === undefined && found !== undefined) await this.#make(found.request);
        this.#retryAt.delete(exportId);
      } catch (error) {
        if (this.#isStopping()) return;
        this.#retryAt.set(exportId, performance.now() + retryAfterMs);
        logger.error({ err: error, exportId, organizationId }, 'an export failed; it will be tried again');
      } finally {
        this.#progress.delete(exportId);
      }
    }
  }

  /** What no key opens any more need not lie there either. */
  async #sweep(): Promise<void> {
    const { source, directory, logger } = this.#options;
    this.#sweepsAt = performance.now() + sweepEveryMs;
    try {
      for (const { organizationId, exportId } of await requestsOf(source, await keptExports(directory)))
        if (!this.#isStopping() && (await this.keyOf(organizationId, exportId)) === undefined)
          await this.fileOf(exportId).remove();
    } catch (error) {
      logger.warn({ err: error }, 'exports whose keys are gone could not be removed; it is tried again');
    }
  }

  async #make(request: ExportRequest): Promise<void> {
    const { exportId, organizationId } = request;
    const key = await this.#keyOf(organizationId, exportId, true);
    if (key === undefined) return this.#finish(request, emptyExport);
    const sha256 = createHash('sha256');
    let bytes = 0;
    await this.fileOf(exportId).write(key, (sink) =>
      writeExport(
        {
          ...this.#options,
          onProgress: (done, total) => {
            this.#stopping.signal.throwIfAborted();
            this.#progress.set(exportId, { done, total });
          },
        },
        request,
        async (piece) => {
          sha256.update(piece);
          bytes += piece.length;
          await sink(piece);
        },
      ),
    );
    await this.#finish(request, { sha256: sha256.digest('hex'), bytes });
  }

  /** Undefined when an erasure destroyed it: what was made before that is not to be seen any more. */
  async keyOf(organizationId: string, exportId: string): Promise<Buffer | undefined> {
    return this.#keyOf(organizationId, exportId, false);
  }

  async #keyOf(organizationId: string, exportId: string, create: boolean): Promise<Buffer | undefined> {
    const keyring = this.#options.freshKeyring();
    const scope = exportScope(exportId);
    await keyring.prepare(organizationId, [scope], { create });
    const found = keyring.lookUp(organizationId, scope);
    return found.status === 'present' ? contentKey([found.key]) : undefined;
  }

  async #finish({ exportId, organizationId }: ExportRequest, finished: FinishedExport): Promise<void> {
    const { eventStore, freshKeyring } = this.#options;
    const id = uuidV5(organizationId, `export-completed:${exportId}`);
    const metadata = {
      organizationId,
      actorId: organizationId,
      commandId: id,
      correlationId: exportId,
      causationId: exportId,
      occurredAt: new Date().toISOString(),
      sessionId: null,
    };
    const event = { type: 'ExportCompleted', data: { exportId, ...finished } } as const;
    const encoded = encodeEvent(event, id, metadata, new Sealer(freshKeyring()));
    const { status } = await eventStore.append(streamOf.audit(organizationId), [encoded], {
      expectedRevision: 'any',
    });
    if (status !== 'appended') throw new Problem('outcome-unknown');
  }
}

/** Of an export whose key was destroyed before it could be made. */
const emptyExport: FinishedExport = { sha256: '', bytes: 0 };
