import type { Recorded } from '@verbatim/shared';
import { concernsOf } from '../group/interest.ts';
import { openedEvents } from '../group/log-item.ts';
import { roomOrOrganization } from '../group/partition.ts';
import type { ReadModel } from '../group/read-model.ts';
import type { Connection } from '../tables/connection.ts';
import type { RowWriter } from '../tables/row-writer.ts';
import type { ChatBatch, ChatPush } from './chat-batch.ts';
import { chatEventNames, hasFrame, type ChatEvent } from './chat-event.ts';
import { projectFrame } from './frames.ts';
import { inboxIndexes, inboxTables, projectInbox, projectInboxBefore } from './inbox.ts';
import { loadChatBatch } from './load-chat-batch.ts';
import { participantIndexes, participantTables, projectParticipant } from './participants.ts';
import { personTables, projectPerson } from './people.ts';
import { resolvePushes } from './resolve-pushes.ts';
import { projectRoom, roomIndexes, roomTables } from './rooms.ts';
import { isSweep, sweep, type Sweep } from './sweep.ts';
import { projectTimeline } from './timeline.ts';
import { timelineIndexes, timelineTables } from './timeline-tables.ts';

const names = new Set<string>(chatEventNames);

/** Rooms, participants, timeline and inbox: one transaction, so that one snapshot has them all. */
export const chat: ReadModel = {
  name: 'chat',
  version: 1,
  tables: [...personTables, ...roomTables, ...participantTables, ...timelineTables, ...inboxTables],
  indexes: [...roomIndexes, ...participantIndexes, ...timelineIndexes, ...inboxIndexes],
  opens: names,
  concerns: concernsOf(chatEventNames),
  partitionOf: roomOrOrganization,
  batchIntervalMs: 20,
  apply: async (connection, items, options) => {
    const pushes: ChatPush[] = [];
    for (const part of parts(openedEvents(items).filter(isChatEvent)))
      pushes.push(
        ...(Array.isArray(part)
          ? await applyTogether(connection, part, options.writer)
          : await sweep(connection, part)),
      );
    return options.wantsPushes ? resolvePushes(connection, pushes) : [];
  },
};

const isChatEvent = (event: Recorded): event is ChatEvent => names.has(event.type);

/** What may be applied together, and the sweeps between. */
function* parts(events: readonly ChatEvent[]): Generator<ChatEvent[] | Sweep> {
  let together: ChatEvent[] = [];
  for (const event of events) {
    if (!isSweep(event)) {
      together.push(event);
      continue;
    }
    if (together.length > 0) yield together;
    together = [];
    yield event;
  }
  if (together.length > 0) yield together;
}

async function applyTogether(
  connection: Connection,
  events: readonly ChatEvent[],
  writer: RowWriter,
): Promise<readonly ChatPush[]> {
  const batch = await loadChatBatch(connection, events);
  for (const event of events) project(batch, event);
  await batch.write(connection, writer);
  return batch.pushes;
}

/** One event, through the tables in the one order in which they build on each other. */
function project(batch: ChatBatch, event: ChatEvent): void {
  const seq = hasFrame(event) ? (batch.room(event).lastSeq += 1) : 0;
  projectPerson(batch, event);
  projectRoom(batch, event);
  projectParticipant(batch, event, seq);
  projectInboxBefore(batch, event);
  projectTimeline(batch, event, seq);
  projectInbox(batch, event, seq);
  if (hasFrame(event)) projectFrame(batch, event, seq);
}
