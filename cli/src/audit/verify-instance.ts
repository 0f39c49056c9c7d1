import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  connectEventStore,
  createLogger,
  createPool,
  parseCheckpointKey,
  sqlSourceOf,
} from '@verbatim/shared';
import { findInstance } from '@verbatim/shared/configuration';
import { CommandFailure } from '../command.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import { parseVerifierKey } from '../verify/verifier-key.ts';
import { anchorsIn } from '../verify-stores/published-notes.ts';
import { verifyStores, type StoresReport } from '../verify-stores/verify-stores.ts';
import { faultLines, type VerifyReport } from './verify-report.ts';
import { counted } from '../terminal/counted.ts';

/** Long, because it runs beside whatever the instance does, and some questions pass over whole tables. */
const statementTimeoutMs = 600_000;

/** Verifies the stores of an instance against each other and against all that was ever signed. */
export async function verifyInstance(given: {
  readonly verifierKey: string | undefined;
  /** Has to have notes of this key in it; what the instance is set up to use need not, for all may be new. */
  readonly anchorDirectory: string | undefined;
}): Promise<VerifyReport> {
  if (given.anchorDirectory !== undefined && (await anchorsIn(given.anchorDirectory)).length === 0)
    throw new CommandFailure(`There are no notes in ${path.join(given.anchorDirectory, 'checkpoints')}.`);
  const dataDirectory = path.resolve(process.env.VERBATIM_DATA_DIR ?? 'data');
  const urls = await storeUrls(dataDirectory);
  const isKeyItsOwn = given.verifierKey === undefined;
  const verifierKey = given.verifierKey ?? (await ownVerifierKey(dataDirectory));
  const eventStore = connectEventStore({
    url: urls.eventStore,
    logger: createLogger({ name: 'audit', level: 'silent' }),
  });
  const database = createPool(urls.database, { applicationName: 'verbatim audit', statementTimeoutMs });
  let bar: ProgressBar | undefined;
  let told = 0n;
  try {
    const report = await verifyStores({
      eventStore,
      database: sqlSourceOf(database),
      verifierKey,
      anchorDirectory:
        given.anchorDirectory ?? process.env.CHECKPOINT_ANCHOR_DIR ?? path.join(dataDirectory, 'anchors'),
      onProgress: (position, head) => {
        bar ??= new ProgressBar({ unit: 'positions', total: Number(head) });
        bar.advance(Number(position - told));
        told = position;
      },
    });
    const keyName = parseVerifierKey(verifierKey).name;
    if (given.anchorDirectory !== undefined && report.faults.length === 0 && report.anchorsHeld === 0)
      throw new CommandFailure(
        `None of the notes in ${given.anchorDirectory} is signed by this key of ${keyName}.`,
      );
    const known = { ...report, keyName, isKeyItsOwn };
    return { faults: report.faults, json: known, text: textOf(known) };
  } finally {
    bar?.finish();
    await Promise.all([eventStore.close(), database.destroy()]);
  }
}

async function storeUrls(
  dataDirectory: string,
): Promise<{ readonly eventStore: string; readonly database: string }> {
  const { EVENTSTORE_URL: eventStore, DATABASE_URL: database } = process.env;
  if (eventStore !== undefined && database !== undefined) return { eventStore, database };
  const instance = await findInstance(dataDirectory);
  if (instance === undefined)
    throw new CommandFailure(
      `No instance of Verbatim is running on ${dataDirectory}. Start it, or give EVENTSTORE_URL and DATABASE_URL, ` +
        'or name a FILE to verify.',
    );
  return { eventStore: eventStore ?? instance.eventStore, database: database ?? instance.database };
}

async function ownVerifierKey(dataDirectory: string): Promise<string> {
  const file = path.join(dataDirectory, 'keys', 'checkpoint-key');
  const own = process.env.VERBATIM_CHECKPOINT_KEY ?? (await readFile(file, 'utf8').catch(() => undefined));
  if (own === undefined)
    throw new CommandFailure('Which key signed the checkpoints? Give --key, as GET /audit/key tells it.');
  return parseCheckpointKey(own).verifierKey;
}

type KnownReport = StoresReport & { readonly keyName: string; readonly isKeyItsOwn: boolean };

function textOf(report: KnownReport): string {
  const { faults, isKeyItsOwn } = report;
  const lines = faults.map(({ organizationId, position, what }) => ({
    position,
    what: organizationId === undefined ? what : `${what} (organization ${organizationId})`,
  }));
  return (
    (faults.length > 0
      ? `The stores are NOT as they were recorded:\n${faultLines(lines)}`
      : 'The stores are as they were recorded.\n') +
    [...whatWasCompared(report), ...whatWasHeld(report)].map((line) => `  ${line}\n`).join('') +
    (isKeyItsOwn
      ? 'The key came from the instance itself: give --key, got from elsewhere, to know who signed.\n'
      : '')
  );
}

function whatWasCompared({ events, organizations, logUntil, recordUntil }: StoresReport): string[] {
  const log = `${counted(events, 'event')} of ${counted(organizations, 'organization')} were read, up to position ${logUntil}.`;
  if (recordUntil === undefined)
    return [log, 'The record has not been projected here: the log alone was held against what was signed.'];
  if (recordUntil === logUntil) return [log, 'The record was compared as far.'];
  return [log, `The record was compared up to position ${recordUntil}; what came after was not in it yet.`];
}

function whatWasHeld({ notesHeld, anchorsHeld, notesOfOtherKeys, keyName }: KnownReport): string[] {
  const held =
    `${notesHeld - anchorsHeld} published and ${anchorsHeld} anchored checkpoints signed by ` +
    `${keyName} agree.`;
  const ofOthers = `${counted(notesOfOtherKeys, 'checkpoint')} signed by other keys, and NOT held.`;
  const none = 'Without an anchored checkpoint nobody sees that the end of the log was cut off.';
  return [held, ...(notesOfOtherKeys > 0 ? [ofOthers] : []), ...(anchorsHeld === 0 ? [none] : [])];
}
