import type { ContentOf } from '../protobuf/message.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Group } from './group.ts';
import type { subscriptionInfo } from './messages.ts';

/** How a group does, in the protocol's words. */
export function infoOf(group: Group): ContentOf<typeof subscriptionInfo> {
  const { settings, source, checkpoint, waiting, measurements } = group;
  const clients = [...group.clients];
  const inFlight = clients.reduce((sum, client) => sum + client.inFlightCount, 0);
  const formatted = (cursor: number | undefined): string =>
    cursor === undefined ? '' : source.format(cursor);
  return {
    eventSource: group.key.stream ?? '$all',
    group: group.key.group,
    status: group.isBehind ? 'Behind' : 'Live',
    connections: clients.map((client) => connectionOf(client, settings.extraStatistics)),
    averagePerSecond: measurements.averagePerSecond,
    totalItems: measurements.total,
    countSinceLastMeasurement: measurements.takeCountSinceLast(),
    lastCheckpointedEventPosition: formatted(checkpoint.written),
    lastKnownEventPosition: formatted(source.lastCursor()),
    resolveLinks: settings.resolveLinks,
    startFrom: source.formatStart(settings.startFrom),
    messageTimeoutMs: settings.messageTimeoutMs,
    extraStatistics: settings.extraStatistics,
    maxRetryCount: settings.maxRetryCount,
    liveBufferSize: settings.liveBufferSize,
    bufferSize: settings.historyBufferSize,
    readBatchSize: settings.readBatchSize,
    checkpointAfterMs: settings.checkpointAfterMs,
    minCheckpointCount: settings.minCheckpointCount,
    maxCheckpointCount: settings.maxCheckpointCount,
    readBufferCount: waiting.freshCount,
    liveBufferCount: 0,
    retryBufferCount: waiting.retryCount,
    totalInFlight: inFlight,
    outstanding: inFlight,
    strategy: settings.strategy,
    maxSubscriberCount: settings.maxSubscriberCount,
    parkedMessageCount: group.parked.count,
  };
}

function connectionOf(client: ClientConnection, extraStatistics: boolean) {
  const { transport, measurements } = client;
  return {
    from: transport.peer,
    username: transport.username,
    averageItemsPerSecond: measurements.averagePerSecond,
    totalItems: measurements.total,
    countSinceLastMeasurement: measurements.takeCountSinceLast(),
    measurements: extraStatistics ? measurements.observed() : [],
    availableSlots: client.availableSlots,
    inFlight: client.inFlightCount,
    connectionName: transport.connectionName,
  };
}
