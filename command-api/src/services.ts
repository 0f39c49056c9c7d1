import type {
  AccessLog,
  Database,
  EventStore,
  Logger,
  Sealer,
  SigningKeys,
  TokenSigner,
  VaultKeyring,
} from '@verbatim/shared';
import type { LoginFailures } from './accounts/login-failures.ts';
import type { LoginThrottle } from './accounts/login-throttle.ts';
import type { LookUpHashes } from './accounts/look-up-hashes.ts';
import type { PasswordHasher } from './accounts/password-hasher.ts';
import type { Maintenance } from './compliance/erasure/maintenance.ts';
import type { ReadModels } from './compliance/read-models.ts';
import type { RetentionKeeper } from './compliance/retention-keeper.ts';
import type { CommandRunner } from './deciding/command-runner.ts';
import type { KnownMessages } from './import/known-messages.ts';
import type { OrganizationNames } from './mentions/organization-names.ts';
import type { ReadMarks } from './reading/read-marks.ts';
import type { ActiveRooms } from './room/active-rooms.ts';
import type { RoomAdmins } from './room/room-admins.ts';
import type { States } from './streams/states.ts';
import type { StreamQueue } from './streams/stream-queue.ts';

/** What handlers work with. */
export interface Services {
  readonly eventStore: EventStore;
  readonly database: Database;
  readonly keyring: VaultKeyring;
  readonly sealer: Sealer;
  readonly states: States;
  readonly runner: CommandRunner;
  readonly queue: StreamQueue;
  readonly knownMessages: KnownMessages;
  readonly roomAdmins: RoomAdmins;
  readonly activeRooms: ActiveRooms;
  readonly names: OrganizationNames;
  readonly readMarks: ReadMarks;
  readonly hasher: PasswordHasher;
  readonly hashes: LookUpHashes;
  /** Undefined where limits are lifted. */
  readonly loginThrottle: LoginThrottle | undefined;
  readonly loginFailures: LoginFailures;
  /** What was refused to whom of the record, and who looked at what would go. */
  readonly accessLog: AccessLog;
  readonly readModels: ReadModels;
  readonly retention: RetentionKeeper;
  readonly maintenance: Maintenance;
  /** Has what is left to do for erasures done soon. */
  readonly finishErasures: () => void;
  readonly signer: TokenSigner;
  readonly signingKeys: SigningKeys;
  /** Browsers may use cookies from these origins only. */
  readonly allowedOrigins: readonly string[];
  /** Where people find the web client, for links in invitations. */
  readonly publicOrigin: string;
  readonly logger: Logger;
}
