import {
  Terms,
  termsOfMessage,
  type DomainEvent,
  type EventName,
  type MessageTerms,
  type Recorded,
} from '@verbatim/shared';
import { concernsOf } from '../group/interest.ts';
import { openedEvents } from '../group/log-item.ts';
import { roomOrOrganization } from '../group/partition.ts';
import type { ApplyOptions, ReadModel } from '../group/read-model.ts';
import { together, type Connection } from '../tables/connection.ts';
import { RowSet } from '../tables/row-set.ts';
import { finishLoading, loadingTables, noteSweep, noteWords } from './loading.ts';
import { documentTable, searchIndexes, searchTables, type DocumentRow } from './search-tables.ts';
import { sweepDocuments } from './sweep-documents.ts';
import { WordCounts } from './word-counts.ts';

const eventNames = [
  'MessageSent',
  'MessageEdited',
  'MessageDeleted',
  'ErasureRequested',
  'ContentErased',
  'RetentionApplied',
] as const satisfies readonly EventName[];
const names = new Set<string>(eventNames);
type SearchEvent = Recorded<Extract<DomainEvent, { readonly type: (typeof eventNames)[number] }>>;
type Of<Type extends SearchEvent['type']> = Extract<SearchEvent, { readonly type: Type }>;
type MessageEvent = Of<'MessageSent' | 'MessageEdited' | 'MessageDeleted'>;

const isSearchEvent = (event: Recorded): event is SearchEvent => names.has(event.type);
const isMessageEvent = (event: SearchEvent): event is MessageEvent => 'messageId' in event.data;

/** Which words stand in which messages. What may be shown of them, and to whom, is for the timeline to say. */
export const search: ReadModel = {
  name: 'search',
  version: 1,
  tables: searchTables,
  indexes: searchIndexes,
  opens: names,
  concerns: concernsOf(eventNames),
  partitionOf: roomOrOrganization,
  isPrompt: false,
  batchIntervalMs: 200,
  loading: { tables: loadingTables, finish: finishLoading },
  apply: async (connection, items, options) => {
    let together: MessageEvent[] = [];
    for (const event of openedEvents(items).filter(isSearchEvent)) {
      if (isMessageEvent(event)) {
        together.push(event);
        continue;
      }
      await applyTogether(connection, together, options);
      together = [];
      await (options.isLoading ? noteSweep : sweepDocuments)(connection, event);
    }
    await applyTogether(connection, together, options);
    return [];
  },
};

async function applyTogether(
  connection: Connection,
  events: readonly MessageEvent[],
  { writer, isLoading }: ApplyOptions,
): Promise<void> {
  if (events.length === 0) return;
  const batch = new SearchBatch();
  await batch.documents.load(connection, events.filter((event) => event.type !== 'MessageSent').map(keyOf));
  for (const event of events) batch.project(event);
  await together(
    connection,
    () => batch.documents.write(connection, writer),
    () => (isLoading ? noteWords(connection, batch.words, writer) : batch.words.write(connection)),
  );
}

const keyOf = ({ data, metadata }: MessageEvent) => ({
  organizationId: metadata.organizationId,
  messageId: data.messageId,
});

class SearchBatch {
  readonly documents = new RowSet(documentTable);
  readonly words = new WordCounts();
  readonly #terms = new Map<string, Terms>();

  project(event: MessageEvent): void {
    const key = keyOf(event);
    if (event.type === 'MessageSent') {
      const made = this.#termsOf(event, event.position);
      if (made === null) return;
      const { roomId } = event.data;
      this.documents.put({ ...key, roomId, position: event.position, terms: [...made.terms] });
      this.words.add(key.organizationId, made.words);
      return;
    }
    const document = this.documents.edit(key);
    if (document === undefined) return; // it could not be read when it was sent, or is deleted
    this.words.take(key.organizationId, document.terms);
    const made = event.type === 'MessageEdited' ? this.#termsOf(event, document.position) : null;
    if (made === null) {
      this.documents.remove(key);
      return;
    }
    document.terms = [...made.terms];
    this.words.add(key.organizationId, made.words);
  }

  /** Null when the text may not be read any more. */
  #termsOf(
    event: Of<'MessageSent' | 'MessageEdited'>,
    position: DocumentRow['position'],
  ): MessageTerms | null {
    const { content, data, metadata } = event;
    if (content.status !== 'present') return null;
    const { organizationId } = metadata;
    const terms = this.#terms.get(organizationId) ?? new Terms(organizationId);
    this.#terms.set(organizationId, terms);
    const { roomId, authorId, day, mentions } = data;
    const isMentioning = mentions.room || mentions.userIds.length > 0;
    return termsOfMessage(terms, {
      text: content.fields.text,
      roomId,
      authorId,
      day,
      position,
      isMentioning,
    });
  }
}
