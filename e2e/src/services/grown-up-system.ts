import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { encodeCheckpointKey } from '@verbatim/shared';
import { freshDatabase, freshEventStoreProcess, startNatsServer, type NatsServer } from '@verbatim/testing';
import { freePort } from './free-port.ts';
import { startLossyChannel, type LossyChannel } from './lossy-channel.ts';
import { serviceProcess, type ServiceProcess } from './service-process.ts';

/** Every service as a process of its own, on a real Postgres and a real event store. */
export interface GrownUpSystem {
  readonly commandApi: ServiceProcess;
  readonly queryApi: ServiceProcess;
  readonly projectors: readonly ServiceProcess[];
  readonly relays: readonly ServiceProcess[];
  /** Without NATS: the way from the projector to the relay. */
  readonly channel: LossyChannel | undefined;
  readonly nats: NatsServer | undefined;
  stop(): Promise<void>;
}

export interface Topology {
  readonly relays: number;
  readonly projectors: number;
  readonly isOverNats: boolean;
}

export async function startGrownUpSystem({
  relays,
  projectors,
  isOverNats,
}: Topology): Promise<GrownUpSystem> {
  const [database, eventStore] = await Promise.all([freshDatabase(), freshEventStoreProcess()]);
  const environment = {
    ...newKeys(),
    EVENTSTORE_URL: eventStore.connectionString,
    DATABASE_URL: database.url,
    VERBATIM_RATE_LIMITS: 'off',
  };
  const nats = isOverNats ? await startNatsServer() : undefined;
  const pushPort = await freePort();
  const secret = randomBytes(24).toString('base64url');
  const channel = isOverNats ? undefined : await startLossyChannel(pushPort);
  const projectorPush = nats
    ? { NATS_URL: nats.url }
    : { PUSH_URL: `tcp://:${secret}@127.0.0.1:${pushPort}` };
  const relayPush = nats
    ? { NATS_URL: nats.url }
    : { PUSH_URL: `tcp://:${secret}@127.0.0.1:${channel?.port ?? 0}` };

  const commandApi = await serviceProcess('command-api', environment);
  const queryApi = await serviceProcess('query-api', environment);
  const system = {
    commandApi,
    queryApi,
    projectors: await several(projectors, () =>
      serviceProcess('projections', { ...environment, ...projectorPush }),
    ),
    relays: await several(relays, () =>
      serviceProcess('realtime', { ...environment, ...relayPush, COMMAND_API_URL: commandApi.origin }),
    ),
    channel,
    nats,
  };
  const services = [...system.projectors, commandApi, queryApi, ...system.relays];
  const stop = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.stop()));
    await channel?.stop();
    await nats?.stop();
    await eventStore.stop();
    await database.drop();
  };
  try {
    // Who owns tables makes them: the others find them when they come up. Only one projector works at a time.
    const [projector, ...standingBy] = system.projectors;
    await projector?.start();
    await Promise.all([commandApi.start(), ...standingBy.map((other) => other.start('live'))]);
    await Promise.all([queryApi, ...system.relays].map((service) => service.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...system, stop };
}

async function several(
  count: number,
  make: () => Promise<ServiceProcess>,
): Promise<readonly ServiceProcess[]> {
  return Promise.all(Array.from({ length: count }, make));
}

function newKeys(): Record<string, string> {
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return {
    VERBATIM_SIGNING_KEY: signing.export({ type: 'pkcs8', format: 'pem' }).toString(),
    VERBATIM_CHECKPOINT_KEY: encodeCheckpointKey('verbatim.test', randomBytes(32)),
    VERBATIM_MASTER_KEY: randomBytes(32).toString('base64'),
  };
}
