import type { Recorded } from '@verbatim/shared';
import { concernsOf } from '../group/interest.ts';
import { openedEvents } from '../group/log-item.ts';
import { roomOrOrganization } from '../group/partition.ts';
import type { ReadModel } from '../group/read-model.ts';
import { together } from '../tables/connection.ts';
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
  version: 2,
  tables: [...personTables, ...roomTables, ...participantTables, ...timelineTables, ...inboxTables],
  indexes: [...roomIndexes, ...participantIndexes, ...timelineIndexes, ...inboxIndexes],
  opens: names,
  concerns: concernsOf(chatEventNames),
  partitionOf: roomOrOrganization,
  isPrompt: true,
  batchIntervalMs: 20,
  apply: async (connection, items, options) => {
    const pushes: ChatPush[] = [];
    let writing = (): Promise<void> => Promise.resolve();
    for (const part of parts(openedEvents(items).filter(isChatEvent))) {
      await writing();
      if (Array.isArray(part)) {
        const batch = await loadChatBatch(connection, part);
        for (const event of part) project(batch, event);
        pushes.push(...batch.pushes);
        writing = () => batch.write(connection, options.writer);
      } else {
        pushes.push(...(await sweep(connection, part)));
        writing = () => Promise.resolve();
      }
    }
    const [, resolved] = await together(connection, writing, () =>
      options.wantsPushes ? resolvePushes(connection, pushes) : Promise.resolve([]),
    );
    return resolved;
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
