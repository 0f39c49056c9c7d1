import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { StatusError } from '../grpc/status-error.ts';
import type { EventLog } from '../log/event-log.ts';
import { findStream, isMetadataStream, metadataStreamOf, subjectOf } from '../streams/stream-metadata.ts';
import {
  DEFAULT_FOR_SYSTEM_STREAMS,
  DEFAULT_FOR_USER_STREAMS,
  isGranted,
  parseAccessControlList,
  type AccessControlList,
  type StreamAction,
} from './access-control-list.ts';
import { isAdmin, isOperator, isSignedIn, type Principal } from './principal.ts';

export const ALL_STREAM = '$all';
export const SETTINGS_STREAM = '$settings';

/** Decides what users may do. */
export interface Access {
  /** Grows whenever a list may have changed, so that long calls know when to ask again. */
  readonly version: number;
  allows(user: Principal, action: StreamAction, stream: string): boolean;
  isAdmin(user: Principal): boolean;
  isOperator(user: Principal): boolean;
  isSignedIn(user: Principal): boolean;
}

/** Ends a call with `access denied` unless it is allowed. */
export function demand(isAllowed: boolean): void {
  if (!isAllowed) throw accessDenied();
}

export function accessDenied(): StatusError {
  return new StatusError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
}

/** What nobody may do: write to `$all`, which is all streams and none of its own, or to a stream without a name. */
function isImpossible(action: StreamAction, stream: string): boolean {
  const isWrite = action === 'write' || action === 'delete';
  return isWrite && (stream === ALL_STREAM || stream === '' || stream === metadataStreamOf(''));
}

/** On an insecure server everybody may do everything. */
export const OPEN_ACCESS: Access = {
  version: 0,
  allows: (_user, action, stream) => !isImpossible(action, stream),
  isAdmin: () => true,
  isOperator: () => true,
  isSignedIn: () => true,
};

const settingsSchema = z.object({ $userStreamAcl: z.unknown(), $systemStreamAcl: z.unknown() }).partial();

/** Access by the lists in streams' metadata, then by the defaults in `$settings`, then by those of EventStoreDB. */
export class AccessByLists implements Access {
  readonly #log: EventLog;
  #version = 0;

  constructor(log: EventLog) {
    this.#log = log;
    log.changes.onEach((streams) => {
      for (const stream of streams) {
        if (isMetadataStream(stream) || stream === SETTINGS_STREAM) this.#version++;
      }
    });
  }

  get version(): number {
    return this.#version;
  }

  readonly isAdmin = isAdmin;
  readonly isOperator = isOperator;
  readonly isSignedIn = isSignedIn;

  allows(user: Principal, action: StreamAction, stream: string): boolean {
    if (isImpossible(action, stream)) return false;
    if (isAdmin(user)) return true;
    const [subject, effective] = subjectAndAction(stream, action);
    const own = parseAccessControlList(findStream(this.#log, subject).metadata.$acl);
    return isGranted(user, effective, [own, ...this.#defaultsFor(subject)]);
  }

  #defaultsFor(stream: string): AccessControlList[] {
    const isSystem = stream.startsWith('$');
    const settings = this.#settings();
    return isSystem
      ? [parseAccessControlList(settings.$systemStreamAcl), DEFAULT_FOR_SYSTEM_STREAMS]
      : [parseAccessControlList(settings.$userStreamAcl), DEFAULT_FOR_USER_STREAMS];
  }

  #settings(): z.infer<typeof settingsSchema> {
    const state = this.#log.stateOf(SETTINGS_STREAM);
    if (!state) return {};
    const { data } = this.#log.eventOf(SETTINGS_STREAM, state, state.lastRevision);
    try {
      return settingsSchema.catch({}).parse(JSON.parse(data.toString('utf8')));
    } catch {
      return {};
    }
  }
}

/** Reading or writing `$$s` is reading or writing the metadata of `s`. */
function subjectAndAction(stream: string, action: StreamAction): [string, StreamAction] {
  if (!isMetadataStream(stream)) return [stream, action];
  return [
    subjectOf(stream),
    action === 'read' || action === 'readMetadata' ? 'readMetadata' : 'writeMetadata',
  ];
}
