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
import { verifyStores, type StoresReport } from '../verify-stores/verify-stores.ts';
import { faultLines, type VerifyReport } from './verify-report.ts';
import { counted } from '../terminal/counted.ts';

/** Long, because it runs beside whatever the instance does, and some questions pass over whole tables. */
const statementTimeoutMs = 600_000;

/** Verifies the stores of an instance against each other and against all that was ever signed. */
export async function verifyInstance(given: {
  readonly verifierKey: string | undefined;
  readonly anchorDirectory: string | undefined;
}): Promise<VerifyReport> {
  const dataDirectory = path.resolve(process.env.VERBATIM_DATA_DIR ?? 'data');
  const urls = await storeUrls(dataDirectory);
  const verifierKey = await verifierKeyOf(dataDirectory, given.verifierKey);
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
    return { faults: report.faults, json: report, text: textOf(report, parseVerifierKey(verifierKey).name) };
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

async function verifierKeyOf(dataDirectory: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const file = path.join(dataDirectory, 'keys', 'checkpoint-key');
  const own = process.env.VERBATIM_CHECKPOINT_KEY ?? (await readFile(file, 'utf8').catch(() => undefined));
  if (own === undefined)
    throw new CommandFailure('Which key signed the checkpoints? Give --key, as GET /audit/key tells it.');
  return parseCheckpointKey(own).verifierKey;
}

function textOf(
  { faults, events, organizations, notesHeld, recordUntil }: StoresReport,
  keyName: string,
): string {
  const record =
    recordUntil === undefined
      ? 'The record has not been projected here: the log alone was held against what was signed.\n'
      : '';
  if (faults.length > 0) {
    const lines = faults.map(({ organizationId, position, what }) => ({
      position,
      what: organizationId === undefined ? what : `${what} (organization ${organizationId})`,
    }));
    return `The stores are NOT as they were recorded:\n${faultLines(lines)}${record}`;
  }
  return (
    `The stores are as they were recorded.\n  ${counted(events, 'event')} of ${counted(organizations, 'organization')}; ` +
    `${counted(notesHeld, 'checkpoint')} signed by ${keyName} ${notesHeld === 1 ? 'agrees' : 'agree'}.\n${record}`
  );
}
