import {
  bool,
  bytes,
  int32,
  int64,
  mark,
  message,
  nested,
  optional,
  repeated,
  text,
  uint,
} from '../protobuf/message.ts';
import { streamName } from '../protobuf/stream-identifier.ts';
import { filterMessage } from '../streams/filter-options.ts';

/** The PersistentSubscriptions service's messages. */

const streamOptions = message({
  stream: streamName(1),
  revision: optional(int64(2)),
  start: mark(3),
  end: mark(4),
});

const allOptions = message({
  position: nested(1, message({ commit: int64(1) })),
  start: mark(2),
  end: mark(3),
  filter: nested(4, filterMessage),
});

export const settingsMessage = message({
  resolveLinks: bool(1),
  /** Where older clients say where to begin. */
  revision: int64(2),
  extraStatistics: bool(3),
  messageTimeoutTicks: optional(int64(4)),
  maxRetryCount: int32(5),
  checkpointAfterTicks: optional(int64(6)),
  minCheckpointCount: int32(7),
  maxCheckpointCount: int32(8),
  maxSubscriberCount: int32(9),
  liveBufferSize: int32(10),
  readBatchSize: int32(11),
  historyBufferSize: int32(12),
  /** The number by which older clients name the strategy. */
  namedStrategy: uint(13),
  messageTimeoutMs: optional(int32(14)),
  checkpointAfterMs: optional(int32(15)),
  strategy: text(16),
});

/** Create's and Update's options. */
const groupOptions = message({
  /** Where older clients name the stream. */
  legacyStream: streamName(1),
  group: text(2),
  settings: nested(3, settingsMessage),
  stream: nested(4, streamOptions),
  all: nested(5, allOptions),
});

export const changeRequest = message({ options: nested(1, groupOptions) });

export const deleteRequest = message({
  options: nested(1, message({ stream: streamName(1), group: text(2), all: mark(3) })),
});

export const infoRequest = message({
  options: nested(1, message({ stream: streamName(1), all: mark(2), group: text(3) })),
});

export const replayRequest = message({
  options: nested(
    1,
    message({
      group: text(1),
      stream: streamName(2),
      all: mark(3),
      stopAt: optional(int64(4)),
      noLimit: mark(5),
    }),
  ),
});

export const listRequest = message({
  options: nested(
    1,
    message({ everything: mark(1), forStream: nested(2, message({ stream: streamName(1), all: mark(2) })) }),
  ),
});

const uuid = message({
  structured: nested(1, message({ high: int64(1), low: int64(2) })),
  text: text(2),
});

/** The first message of a client of a group says which; the others tell what became of what it got. */
export const readRequest = message({
  options: nested(
    1,
    message({
      stream: streamName(1),
      group: text(2),
      bufferSize: int32(3),
      ids: nested(4, message({ structured: mark(1), text: mark(2) })),
      all: mark(5),
    }),
  ),
  ack: nested(2, message({ ids: repeated(nested(2, uuid)) })),
  nack: nested(3, message({ ids: repeated(nested(2, uuid)), action: uint(3), reason: text(4) })),
});

export const readResponse = message({
  event: nested(
    1,
    message({
      event: optional(bytes(1)),
      link: optional(bytes(2)),
      commitPosition: uint(3),
      retryCount: int32(5),
    }),
  ),
  confirmation: nested(2, message({ subscriptionId: text(1) })),
});

const measurement = message({ key: text(1), value: uint(2) });

const connectionInfo = message({
  from: text(1),
  username: text(2),
  averageItemsPerSecond: int32(3),
  totalItems: uint(4),
  countSinceLastMeasurement: uint(5),
  measurements: repeated(nested(6, measurement)),
  availableSlots: int32(7),
  inFlight: int32(8),
  connectionName: text(9),
});

export const subscriptionInfo = message({
  eventSource: text(1),
  group: text(2),
  status: text(3),
  connections: repeated(nested(4, connectionInfo)),
  averagePerSecond: int32(5),
  totalItems: uint(6),
  countSinceLastMeasurement: uint(7),
  lastCheckpointedEventPosition: text(8),
  lastKnownEventPosition: text(9),
  resolveLinks: bool(10),
  startFrom: text(11),
  messageTimeoutMs: int32(12),
  extraStatistics: bool(13),
  maxRetryCount: int32(14),
  liveBufferSize: int32(15),
  bufferSize: int32(16),
  readBatchSize: int32(17),
  checkpointAfterMs: int32(18),
  minCheckpointCount: int32(19),
  maxCheckpointCount: int32(20),
  readBufferCount: int32(21),
  liveBufferCount: uint(22),
  retryBufferCount: int32(23),
  totalInFlight: int32(24),
  outstanding: int32(25),
  strategy: text(26),
  maxSubscriberCount: int32(27),
  parkedMessageCount: uint(28),
});

export const infoResponse = message({ info: nested(1, subscriptionInfo) });
export const listResponse = message({ infos: repeated(nested(1, subscriptionInfo)) });
