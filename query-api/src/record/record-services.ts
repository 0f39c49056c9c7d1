import type { AccessLog, EventStore, Keyring, Logger } from '@verbatim/shared';
import type { Positions } from '../consistency/positions.ts';
import type { Authenticate } from '../http/authenticate.ts';
import type { ReadSources } from '../sources/read-sources.ts';
import type { TreeSigner } from './checkpoints/tree-signer.ts';
import type { ExportJobs } from './exports/export-jobs.ts';

/** What the questions about the record stand on. */
export interface RecordServices {
  readonly sources: ReadSources;
  readonly authenticate: Authenticate;
  readonly positions: Positions;
  readonly eventStore: EventStore;
  readonly accessLog: AccessLog;
  /** Keys as the vault has them now: nothing is kept from one question to the next. */
  readonly freshKeyring: () => Keyring;
  readonly signer: TreeSigner;
  readonly exports: ExportJobs;
  readonly logger: Logger;
}
