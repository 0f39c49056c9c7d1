import { z } from 'zod';
import type { EventLog } from '../log/event-log.ts';
import { note, noteOf } from '../streams/own-streams.ts';
import { settingsSchema, type GroupKey, type GroupSettings } from './settings.ts';

const STREAM = '$persistentSubscriptionConfig';
const KEPT_CONFIGURATIONS = 2;

const entrySchema = z.object({
  /** Absent: `$all`. */
  stream: z.string().optional(),
  group: z.string(),
  settings: settingsSchema,
  firstCursor: z.number().int(),
});

const configurationSchema = z.object({ entries: z.array(entrySchema) });

export interface StoredGroup {
  readonly key: GroupKey;
  readonly settings: GroupSettings;
  readonly firstCursor: number;
}

/** The groups that there were when the store last wrote them down. */
export function loadGroups(log: EventLog): StoredGroup[] {
  const state = log.stateOf(STREAM);
  if (!state) return [];
  const { data } = log.eventOf(STREAM, state, state.lastRevision);
  const { entries } = configurationSchema.parse(JSON.parse(data.toString('utf8')));
  return entries.map(({ stream, group, settings, firstCursor }) => ({
    key: { stream, group },
    settings,
    firstCursor,
  }));
}

export async function storeGroups(
  log: EventLog,
  groups: Iterable<StoredGroup>,
  username: string,
): Promise<void> {
  const entries = [...groups].map(({ key, settings, firstCursor }) => ({
    ...(key.stream !== undefined && { stream: key.stream }),
    group: key.group,
    settings,
    firstCursor,
  }));
  const configuration = { updated: new Date().toISOString(), updatedBy: username, entries };
  await note(log, STREAM, noteOf('$PersistentConfig', configuration), KEPT_CONFIGURATIONS);
}
