import { randomUUID } from 'node:crypto';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { CallContext } from '../grpc/call-context.ts';
import type { Outbox } from '../grpc/outbox.ts';
import type { EventLog } from '../log/event-log.ts';
import type { ContentOf } from '../protobuf/message.ts';
import { formatUuid, parseUuid } from '../protobuf/uuid.ts';
import { ALL_STREAM, demand, type Access } from '../security/access.ts';
import { invalidArgument } from '../streams/errors.ts';
import { originalOf, type ResolvedEvent } from '../streams/links.ts';
import { messageOf as encodedMessageOf } from '../streams/read-response.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Group, NackAction } from './group.ts';
import { loadMessage } from './message.ts';
import { readResponse, type readRequest } from './messages.ts';

type Request = ContentOf<typeof readRequest>;
type Options = NonNullable<Request['options']>;
type Ids = NonNullable<Request['ack']>['ids'];

/** What a client says of messages, by the numbers of the protocol; 0 is "unknown", which is to try again. */
const NACK_ACTIONS: readonly NackAction[] = ['retry', 'park', 'retry', 'skip', 'stop'];

interface ServedGroups {
  readonly log: EventLog;
  readonly access: Access;
  find(options: Options): Group;
}

/** Serves one client of a group until it goes or is dropped. */
export async function serveClient(
  call: ServerDuplexStream<Request, Buffer>,
  outbox: Outbox,
  context: CallContext,
  groups: ServedGroups,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let connected: { group: Group; client: ClientConnection } | undefined;
    const leave = (): void => {
      if (connected) connected.group.disconnect(connected.client);
      resolve();
    };
    call.on('data', (request: Request) => {
      try {
        if (connected) handle(connected.group, connected.client, request);
        else connected = connect(request, reject);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    call.once('end', leave).once('close', leave);
    if (!outbox.isOpen) leave();
  });

  function connect({ options }: Request, drop: (error: Error) => void) {
    if (!options) throw invalidArgument('The first message must say which group to join');
    const source = options.all ? ALL_STREAM : (options.stream?.name ?? '');
    const { log, access } = groups;
    const mayRead = (stream: string): boolean => access.allows(context.user, 'read', stream);
    demand(mayRead(source));
    const group = groups.find(options);
    let accessVersion = access.version;
    let isAllowed = true;
    outbox.send(
      readResponse.encode({
        confirmation: { subscriptionId: `${source}::${options.group}::${randomUUID()}` },
      }),
    );
    const client = group.connect({
      username: context.user.name,
      connectionName: context.connectionName,
      peer: context.peer,
      bufferSize: Math.max(1, options.bufferSize),
      send: (message) => {
        const resolved = loadMessage(log, message, group.settings.resolveLinks, mayRead);
        return outbox.send(encode(resolved, message.retryCount, options.ids?.structured ?? false));
      },
      drop,
      isAllowed: () => {
        if (accessVersion === access.version) return isAllowed;
        accessVersion = access.version;
        isAllowed = mayRead(source);
        return isAllowed;
      },
    });
    outbox.onDrain(() => group.unblock(client));
    return { group, client };
  }
}

function handle(group: Group, client: ClientConnection, { ack, nack }: Request): void {
  if (ack) group.acknowledge(client, textsOf(ack.ids));
  if (nack) group.refuse(client, textsOf(nack.ids), NACK_ACTIONS[nack.action] ?? 'retry', nack.reason);
}

function textsOf(ids: Ids): string[] {
  return ids.map(({ structured, text }) => {
    if (!structured) return formatUuid(parseUuid(text) ?? Buffer.alloc(16));
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64BE(structured.high, 0);
    bytes.writeBigUInt64BE(structured.low, 8);
    return formatUuid(bytes);
  });
}

function encode(resolved: ResolvedEvent, retryCount: number, structured: boolean): Buffer {
  const ids = structured ? 'structured' : 'text';
  return readResponse.encode({
    event: {
      event: resolved.event && encodedMessageOf(resolved.event, ids),
      link: resolved.link && encodedMessageOf(resolved.link, ids),
      commitPosition: originalOf(resolved).position,
      retryCount,
    },
  });
}
