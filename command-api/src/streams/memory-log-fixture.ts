import type { AppendResult, EventStore, NewEvent, RecordedEvent } from '@verbatim/shared';

/**
 * A log in memory that keeps a store's rules about revisions, for what cannot be brought about at will with a real
 * one: what happens between two given steps of ours.
 */
export class MemoryLog implements Pick<EventStore, 'append' | 'readStream'> {
  readonly events: RecordedEvent[] = [];

  of(stream: string): RecordedEvent[] {
    return this.events.filter((event) => event.stream === stream);
  }

  append: EventStore['append'] = (stream, events, { expectedRevision }) => {
    const actual = BigInt(this.of(stream).length) - 1n;
    const expected = expectedRevision === 'no-stream' ? -1n : expectedRevision;
    if (expected !== 'any' && expected !== actual)
      return Promise.resolve({ status: 'wrong-revision', actual: actual < 0n ? 'no-stream' : actual });
    return Promise.resolve(this.#add(stream, events, actual));
  };

  readStream: EventStore['readStream'] = (stream, { fromRevision = 0n } = {}) =>
    this.#read(stream, fromRevision);

  #add(stream: string, events: readonly NewEvent[], last: bigint): AppendResult {
    let revision = last;
    for (const event of events) {
      const position = BigInt(this.events.length + 1);
      this.events.push({ ...event, stream, revision: ++revision, position, created: new Date() });
    }
    return { status: 'appended', revision, position: BigInt(this.events.length) };
  }

  async *#read(stream: string, fromRevision: bigint): AsyncGenerator<RecordedEvent> {
    await Promise.resolve(); // as from afar: whoever reads gives way to others
    for (const event of this.of(stream)) if (event.revision >= fromRevision) yield event;
  }
}
