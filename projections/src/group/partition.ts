import type { RecordedEvent } from '@verbatim/shared';

/** What must be applied in order: a failure holds up the rest of its partition, and nothing else. */
export interface Partition {
  /** `room:<id>`, `organization:<id>`, or `stream:<name>` where neither can be told. */
  readonly name: string;
  /** Null where it cannot be told. */
  readonly organizationId: string | null;
}

const roomCategories = new Set(['room', 'message', 'reading']);
const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isUuid = (text: string): boolean => uuidPattern.test(text);

/** The room of what happens in one, else the organization. Told from the raw event, so that what cannot be decoded has one too. */
export function roomOrOrganization(stored: RecordedEvent): Partition {
  const { stream, data, metadata } = stored;
  const { category, id } = partsOf(stream);
  if (!roomCategories.has(category)) return wholeOrganization(stored);
  const { organizationId } = wholeOrganization(stored);
  const ofStream = category === 'room' && isUuid(id) ? id : null;
  const roomId = idIn(metadata, 'roomId') ?? idIn(data, 'roomId') ?? ofStream;
  return { name: roomId === null ? `stream:${stream}` : `room:${roomId}`, organizationId };
}

export function wholeOrganization({ stream, metadata }: RecordedEvent): Partition {
  const { category, id } = partsOf(stream);
  const ofStream = (category === 'organization' || category === 'audit') && isUuid(id) ? id : null;
  const organizationId = idIn(metadata, 'organizationId') ?? ofStream;
  const name = organizationId === null ? `stream:${stream}` : `organization:${organizationId}`;
  return { name, organizationId };
}

function partsOf(stream: string): { readonly category: string; readonly id: string } {
  const dash = stream.indexOf('-');
  return { category: stream.slice(0, dash), id: stream.slice(dash + 1) };
}

/** The id in a field of what may be any value; null where there is none. */
export function idIn(value: unknown, field: string): string | null {
  const id = fieldIn(value, field);
  return typeof id === 'string' && isUuid(id) ? id : null;
}

export function fieldIn(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return Reflect.get(value, field);
}
