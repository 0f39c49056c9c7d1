import { noContent } from '../protobuf/message.ts';
import { Service, type ServiceEnvironment } from '../grpc/service.ts';
import { WireWriter } from '../protobuf/wire-writer.ts';

const STATE_LEADER = 8;
const TICKS_PER_MS = 10_000n;

/** Where clients can reach this node. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Gossip: the one node there is, which is the leader. Clients with several addresses ask it where to connect. */
export function gossipService(
  instanceId: string,
  endpoint: () => Endpoint,
  environment: ServiceEnvironment,
): Service {
  return new Service('event_store.client.gossip.Gossip', environment).unary('Read', noContent, () => {
    const { host, port } = endpoint();
    return new WireWriter()
      .message(1, (member) =>
        member
          .message(1, (uuid) => uuid.string(2, instanceId))
          .uint64(2, BigInt(Date.now()) * TICKS_PER_MS)
          .uint(3, STATE_LEADER)
          .uint(4, 1)
          .message(5, (http) => http.string(1, host).uint(2, port)),
      )
      .finish();
  });
}
