import type { RecordedEvent } from '../log/recorded-event.ts';
import { LINK_TYPE } from '../streams/links.ts';

/** A link that a projection makes of an event. */
export interface ProjectedLink {
  readonly stream: string;
  /** `<revision>@<stream>`: what it points to. */
  readonly to: string;
}

/** What a projection makes of an event, if anything. */
export type Project = (event: RecordedEvent) => ProjectedLink | undefined;

interface SystemProjection {
  readonly name: string;
  /** Absent: this server does not run it. */
  readonly project: Project | undefined;
}

/** The projections that every store has, stopped until somebody enables them. */
export const SYSTEM_PROJECTIONS: readonly SystemProjection[] = [
  { name: '$by_category', project: byCategory },
  { name: '$by_correlation_id', project: undefined },
  { name: '$by_event_type', project: byEventType },
  { name: '$stream_by_category', project: undefined },
  { name: '$streams', project: toStreams },
];

/** `$ce-<category>`: the events of all streams whose names begin alike, up to the first dash. */
function byCategory(event: RecordedEvent): ProjectedLink | undefined {
  const { stream, type } = event;
  const dash = stream.indexOf('-');
  if (stream.startsWith('$') || dash < 1) return undefined;
  if (type === LINK_TYPE) return { stream: `$ce-${stream.slice(0, dash)}`, to: event.data.toString('utf8') };
  return type.startsWith('$') ? undefined : { stream: `$ce-${stream.slice(0, dash)}`, to: addressOf(event) };
}

/** `$et-<type>`: the events of one type. */
function byEventType(event: RecordedEvent): ProjectedLink | undefined {
  return event.type.startsWith('$') ? undefined : { stream: `$et-${event.type}`, to: addressOf(event) };
}

/** `$streams`: the first event of every stream. */
function toStreams(event: RecordedEvent): ProjectedLink | undefined {
  const isFirst = event.revision === 0 && !event.stream.startsWith('$');
  return isFirst ? { stream: '$streams', to: addressOf(event) } : undefined;
}

function addressOf({ revision, stream }: RecordedEvent): string {
  return `${revision}@${stream}`;
}
