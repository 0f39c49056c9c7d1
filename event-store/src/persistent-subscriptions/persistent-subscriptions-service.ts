import { Service, type ServiceEnvironment } from '../grpc/service.ts';
import type { EventLog } from '../log/event-log.ts';
import { noContent } from '../protobuf/message.ts';
import { demand, type Access } from '../security/access.ts';
import { invalidArgument } from '../streams/errors.ts';
import { groupDoesNotExist, groupFailed } from './errors.ts';
import { infoOf } from './group-info.ts';
import type { Groups } from './groups.ts';
import {
  changeRequest,
  deleteRequest,
  infoRequest,
  infoResponse,
  listRequest,
  listResponse,
  readRequest,
  replayRequest,
} from './messages.ts';
import { readGroupRequest } from './read-settings.ts';
import { serveClient } from './serve-client.ts';
import type { GroupKey } from './settings.ts';

const EMPTY = Buffer.alloc(0);
/** Both kinds of source are served by every method. */
const FEATURES = ['stream', 'all'];

/** The PersistentSubscriptions service. */
export function persistentSubscriptionsService(
  groups: Groups,
  log: EventLog,
  access: Access,
  environment: ServiceEnvironment,
): Service {
  return new Service('event_store.client.persistent_subscriptions.PersistentSubscriptions', environment)
    .unary(
      'Create',
      changeRequest.decode,
      async (request, { user }) => {
        demand(access.isOperator(user));
        const { key, settings } = readGroupRequest(request);
        await groups.create(key, settings, user.name);
        return EMPTY;
      },
      FEATURES,
    )
    .unary(
      'Update',
      changeRequest.decode,
      async (request, { user }) => {
        demand(access.isOperator(user));
        const { key, settings } = readGroupRequest(request);
        await groups.update(key, settings, user.name);
        return EMPTY;
      },
      FEATURES,
    )
    .unary(
      'Delete',
      deleteRequest.decode,
      async ({ options }, { user }) => {
        demand(access.isOperator(user));
        await groups.delete(keyOf(options), user.name);
        return EMPTY;
      },
      FEATURES,
    )
    .duplex(
      'Read',
      readRequest.decode,
      (call, outbox, context) =>
        serveClient(call, outbox, context, { log, access, find: (options) => groups.find(keyOf(options)) }),
      FEATURES,
    )
    .unary(
      'GetInfo',
      infoRequest.decode,
      ({ options }, { user }) => {
        demand(access.isSignedIn(user));
        return infoResponse.encode({ info: infoOf(groups.find(keyOf(options))) });
      },
      FEATURES,
    )
    .unary(
      'ReplayParked',
      replayRequest.decode,
      ({ options }, { user }) => {
        demand(access.isOperator(user));
        const key = keyOf(options);
        const group = groups.find(key);
        const stopAt = options?.stopAt === undefined ? undefined : Number(BigInt.asIntN(64, options.stopAt));
        if (stopAt !== undefined && stopAt < 0)
          throw groupFailed(key, 'Cannot stop replaying before the first message');
        group.replayParked(stopAt);
        return EMPTY;
      },
      FEATURES,
    )
    .unary(
      'List',
      listRequest.decode,
      ({ options }, { user }) => {
        demand(access.isSignedIn(user));
        const of = options?.forStream;
        const source = of?.all ? undefined : of?.stream?.name;
        const found = groups.all().filter(({ key }) => !of || key.stream === source);
        if (of && found.length === 0) throw groupDoesNotExist({ stream: source, group: '' });
        return listResponse.encode({ infos: found.map(infoOf) });
      },
      FEATURES,
    )
    .unary(
      'RestartSubsystem',
      noContent,
      async (_request, { user }) => {
        demand(access.isOperator(user));
        await groups.restart();
        return EMPTY;
      },
      FEATURES,
    );
}

interface Named {
  readonly stream: { readonly name: string } | undefined;
  readonly all: boolean;
  readonly group: string;
}

function keyOf(options: Named | undefined): GroupKey {
  if (!options) throw invalidArgument('The group is not named');
  return { stream: options.all ? undefined : (options.stream?.name ?? ''), group: options.group };
}
