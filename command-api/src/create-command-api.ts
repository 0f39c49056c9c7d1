import {
  AccessLog,
  accountsSchema,
  createTokenSigner,
  createTokenVerifier,
  DestroyedKeyList,
  migrate,
  Sealer,
  sqlSourceOf,
  VaultKeyring,
  vaultDatabase,
  vaultSchema,
  type Database,
  type EventStore,
  type Logger,
  type MasterKey,
  type ReadinessCheck,
  type RouteDescription,
  type SigningKeys,
} from '@verbatim/shared';
import { Router } from 'express';
import { LoginFailures } from './accounts/login-failures.ts';
import { LoginThrottle } from './accounts/login-throttle.ts';
import { loadLookUpHashes } from './accounts/look-up-hashes.ts';
import { createPasswordHasher } from './accounts/password-hasher.ts';
import { catalogue } from './catalogue/catalogue.ts';
import { documentsRouter } from './catalogue/documents-router.ts';
import { Maintenance } from './compliance/erasure/maintenance.ts';
import { ReadModels } from './compliance/read-models.ts';
import { RetentionKeeper } from './compliance/retention-keeper.ts';
import { CommandRunner } from './deciding/command-runner.ts';
import { answeringRoutes } from './http/answer-route.ts';
import { createAuthenticate } from './http/authenticate.ts';
import { commandRouter } from './http/command-router.ts';
import { givingCommands, type GiveCommand } from './http/give-command.ts';
import { RateLimits } from './http/rate-limits.ts';
import { KnownMessages } from './import/known-messages.ts';
import { OrganizationNames } from './mentions/organization-names.ts';
import { ReadMarks } from './reading/read-marks.ts';
import { runOnReading } from './reading/run-on-reading.ts';
import { ActiveRooms } from './room/active-rooms.ts';
import { RoomAdmins } from './room/room-admins.ts';
import { startFeed } from './streams/feed.ts';
import { forgetKeysOf } from './streams/forget-keys.ts';
import { Opener } from './streams/opener.ts';
import { States } from './streams/states.ts';
import { StreamQueue } from './streams/stream-queue.ts';
import { chores } from './upkeep/chores.ts';
import { Upkeep } from './upkeep/upkeep.ts';

export interface CommandApiOptions {
  readonly eventStore: EventStore;
  readonly database: Database;
  /** The same database, for work that takes longer than the pool allows. */
  readonly databaseUrl: string;
  readonly masterKey: MasterKey;
  /** Where destroyed keys are listed outside of the stores and their backups (`CHECKPOINT_ANCHOR_DIR`). */
  readonly anchorDirectory?: string | undefined;
  readonly signingKeys: SigningKeys;
  readonly allowedOrigins: readonly string[];
  /** Where people find the web client, for links in invitations. */
  readonly publicOrigin: string;
  /** Routes of other services on the same origin, to be described along with these. */
  readonly otherRoutes?: readonly RouteDescription[];
  /** Off for measuring only. */
  readonly hasRateLimits: boolean;
  readonly logger: Logger;
}

export interface CommandApi {
  readonly router: Router;
  /** The same commands, for whoever shares the process. */
  readonly give: GiveCommand;
  readonly readiness: readonly ReadinessCheck[];
  stop(): Promise<void>;
}

/** For so long keys are opened with although nobody can know yet that they are to be destroyed. */
const keysHeldUnheardMs = 1_000;

/** Needs Postgres to begin; once running, commands on rooms and messages do without it for a while. */
export async function createCommandApi(options: CommandApiOptions): Promise<CommandApi> {
  const { eventStore, database, masterKey, anchorDirectory, signingKeys, logger } = options;
  await migrate(database, 'vault', vaultSchema);
  await migrate(database, 'accounts', accountsSchema);

  const keyring = new VaultKeyring(vaultDatabase(database), masterKey, {
    ...(anchorDirectory !== undefined && { destroyedKeys: new DestroyedKeyList(anchorDirectory) }),
    trustsHeldKeys: () => feed.ageMs() <= keysHeldUnheardMs,
  });
  const sealer = new Sealer(keyring);
  const [hasher, hashes] = await Promise.all([createPasswordHasher(), loadLookUpHashes(database, masterKey)]);
  const states = new States(eventStore, new Opener(keyring, sealer), () => feed.ageMs());
  const names = new OrganizationNames({ states, keyring, sealer });
  const feed = startFeed({
    eventStore,
    logger,
    onEvent: (event) => {
      states.applyFromFeed(event);
      names.applyFromFeed(event);
      forgetKeysOf(keyring, event);
    },
  });
  const queue = new StreamQueue();
  const runner = new CommandRunner({ eventStore, keyring, sealer, queue });
  const readMarks = new ReadMarks((context, roomId, seq) =>
    runOnReading({ runner, states }, context, roomId, { type: 'MarkRead', actorId: context.actorId, seq }),
  );
  const roomAdmins = new RoomAdmins(eventStore);
  const loginFailures = new LoginFailures(runner, logger);
  const upkeep = new Upkeep(logger);
  const services = {
    ...options,
    keyring,
    sealer,
    states,
    runner,
    hasher,
    hashes,
    loginThrottle: options.hasRateLimits ? new LoginThrottle() : undefined,
    loginFailures,
    accessLog: new AccessLog({ eventStore, keyring }),
    readModels: new ReadModels(sqlSourceOf(database)),
    retention: new RetentionKeeper(() => upkeep.wake('apply retention')),
    maintenance: new Maintenance(options.databaseUrl),
    finishErasures: () => upkeep.wake('finish erasures'),
    names,
    readMarks,
    roomAdmins,
    activeRooms: new ActiveRooms(keyring),
    queue,
    knownMessages: new KnownMessages(states),
    signer: createTokenSigner(signingKeys),
  };
  upkeep.start(chores(services));
  const rateLimits = options.hasRateLimits ? new RateLimits() : undefined;
  const authenticate = createAuthenticate(createTokenVerifier(signingKeys.verification), states);
  const answer = answeringRoutes({ services, authenticate, rateLimits });
  return {
    router: Router()
      .use(commandRouter(catalogue, answer, logger))
      .use(documentsRouter([...catalogue, ...(options.otherRoutes ?? [])], rateLimits)),
    give: givingCommands(catalogue, answer, logger),
    readiness: [
      {
        name: 'event store',
        check: async () => {
          await eventStore.head();
          return { isReady: true };
        },
      },
      {
        name: 'accounts',
        check: async () => {
          await database.raw('SELECT 1');
          return { isReady: true };
        },
      },
    ],
    stop: async () => {
      await readMarks.stop();
      await loginFailures.stop();
      await upkeep.stop();
      await roomAdmins.stop();
      await feed.stop();
      await hasher.stop();
    },
  };
}
