import {
  auditEntryView,
  messageTrailView,
  pageOf,
  pastRoomAnswer,
  type AuditEntryView,
  type MessageTrailView,
  type Page,
  type PastRoomAnswer,
} from '@verbatim/shared/browser';
import { UnexpectedAnswerFault } from '../problems/faults.ts';
import type { HttpClient } from './http-client.ts';

export interface EventFilter {
  readonly room?: string;
  readonly actor?: string;
  readonly type?: string;
  readonly entity?: string;
  readonly from?: string;
  readonly to?: string;
}
/** Everything asked of the record is on the record; where it concerns a closed room, with this reason. */
export type Reason = string | undefined;

const entries = pageOf(auditEntryView);

export class RecordApi {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  events(
    filter: EventFilter,
    cursor: string | undefined,
    reason: Reason,
    order: 'asc' | 'desc' = 'desc',
  ): Promise<Page<AuditEntryView>> {
    const query = { ...filter, order, limit: 50, cursor, reason };
    return this.#http.get(entries, '/audit/events', { query });
  }

  trail(messageId: string, cursor: string | undefined, reason: Reason): Promise<MessageTrailView> {
    const query = { cursor, reason };
    return this.#http.get(messageTrailView, `/audit/messages/${messageId}/trail`, { query });
  }

  /** The room at a moment, with the newest of its messages. */
  roomAt(roomId: string, time: string, reason: Reason): Promise<PastRoomAnswer> {
    const query = { time, before: lastPosition, limit: 200, reason };
    return this.#http.get(pastRoomAnswer, `/audit/rooms/${roomId}/at`, { query });
  }

  /** Every change of the room from a moment on, in order, at most `limit` of them. */
  async replay(roomId: string, from: string, reason: Reason, limit: number): Promise<AuditEntryView[]> {
    const query = { from, speed: 0, reason };
    const response = await this.#http.raw('GET', `/audit/rooms/${roomId}/replay`, { query });
    const changes: AuditEntryView[] = [];
    for await (const line of linesOf(response)) {
      const entry = auditEntryView.safeParse(JSON.parse(line));
      if (!entry.success) throw new UnexpectedAnswerFault('replay', { cause: entry.error });
      changes.push(entry.data);
      if (changes.length >= limit) break;
    }
    return changes;
  }

  /** A signed note over the tree as it is now. */
  async checkpoint(): Promise<string> {
    return (await this.#http.raw('GET', '/audit/checkpoint')).text();
  }

  async verifierKey(): Promise<string> {
    return (await (await this.#http.raw('GET', '/audit/key')).text()).trim();
  }
}

/** No log reaches it: "before this" is the newest page. */
const lastPosition = '9223372036854775807';

async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let rest = '';
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const lines = (rest + chunk.value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield line;
    }
    if (rest !== '') yield rest;
  } finally {
    await reader.cancel();
  }
}
