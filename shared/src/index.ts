export { assertNever } from './assert-never.ts';

export { folding, type Folding } from './aggregates/fold.ts';
export { message, type ExistingMessage, type MessageState } from './aggregates/message.ts';
export {
  everyRoom,
  organization,
  retentionDaysOf,
  roomDayName,
  type ExistingOrganization,
  type Invitation,
  type LegalHold,
  type Member,
  type OrganizationState,
  type RoomDay,
} from './aggregates/organization.ts';
export { reading, type ReadingState } from './aggregates/reading.ts';
export { room, type ExistingRoom, type RoomState } from './aggregates/room.ts';
export { user, type ExistingUser, type UserState } from './aggregates/user.ts';

export {
  eventCatalogue,
  eventNames,
  isEventName,
  streamOf,
  streamPrefixes,
  type AuditEvent,
  type DomainEvent,
  type DomainEventOf,
  type EventName,
  type MessageEvent,
  type OrganizationEvent,
  type ReadingEvent,
  type Recorded,
  type RoomEvent,
  type UserEvent,
} from './events/catalogue.ts';
export {
  decodeEvent,
  encodeEvent,
  keysToOpen,
  keysToSeal,
  openContext,
  type EncodedEvent,
  type NewMetadata,
  type StoredEvent,
} from './events/codec.ts';
export { MalformedEventError } from './events/malformed-event.ts';
export { type Mentions, type MessageKind } from './events/message-events.ts';
export { type ActorContext, type EventMetadata } from './events/metadata.ts';
export { organizationRoles, type OrganizationRole } from './events/organization-events.ts';
export { type NotificationLevel } from './events/reading-events.ts';
export {
  roomRoles,
  type RoomKind,
  type RoomRole,
  type RoomSettings,
  type Visibility,
} from './events/room-events.ts';

export {
  createdId,
  directRoomId,
  eventId,
  importedMessageId,
  importedRoomId,
  importedUserId,
  type CommandIdentity,
} from './ids/derived.ts';
export { clientChosenIdSchema, idSchema, positionSchema } from './ids/schema.ts';
export { uuidV5 } from './ids/uuid-v5.ts';
export { newId } from './ids/uuid-v7.ts';

export { canonicalJson, type Json } from './json/canonical.ts';
export { codePointLength, nameSchema, textSchema } from './json/text.ts';

export { Problem, invalidFields, problemCodes, problemSchema } from './problems/problem.ts';
export type { FieldError, ProblemCode, ProblemDetails, ProblemOptions } from './problems/problem.ts';

export { contentKey, openBox, sealBox } from './sealing/box.ts';
export { GoneKeyError, Sealer, fieldsOf, present } from './sealing/content.ts';
export type { Content, GoneContent, SealedContent } from './sealing/content.ts';
export {
  exportScope,
  organizationScope,
  personScope,
  roomDayScope,
  roomScope,
  utcDay,
  type KeyScope,
} from './sealing/key-scope.ts';
export { MissingKeyError, VaultUnavailableError, type Keyring, type VaultKey } from './sealing/keyring.ts';
export { MasterKey } from './sealing/master-key.ts';
export { VaultKeyring, vaultSchema, type VaultDatabase, type VaultOptions } from './sealing/vault.ts';
export { DestroyedKeyList, type DestroyedKey } from './sealing/destroyed-keys.ts';
export { rotateMasterKey } from './sealing/rotate-master-key.ts';
export { vaultDatabase } from './sealing/vault-database.ts';

export { accountsSchema } from './accounts/accounts-schema.ts';
export { sessionIsActive } from './accounts/session-is-active.ts';

export { type PushEvent, type PushPublisher, type PushSubscriber } from './push/channel.ts';
export { peerMessageSchema, type PeerMessage } from './push/peer-message.ts';
export { createPushPublisher, type PushOptions } from './push/publisher.ts';
export { pushBatchSchema, pushItemSchema, type PushBatch, type PushItem } from './push/push.ts';
export { createPushSubscriber } from './push/subscriber.ts';

export { limits } from './http/limits.ts';
export { openApiDocument } from './http/open-api.ts';
export type { RouteDescription } from './http/route-description.ts';
export {
  acceptInvitationBody,
  changePasswordBody,
  changeProfileBody,
  changeUserBody,
  invitationView,
  inviteBody,
  loginBody,
  meView,
  openInvitationView,
  organizationRoleSchema,
  refreshBody,
  sessionView,
  signUpBody,
  userView,
  type InvitationView,
  type MeView,
  type OpenInvitationView,
  type SessionView,
  type UserView,
} from './http/accounts.ts';
export {
  importAnswer,
  importBody,
  importItemSchema,
  importResultSchema,
  type ImportItem,
  type ImportResult,
  type ImportedCommand,
} from './http/import.ts';
export {
  auditEntryView,
  consistencyProofView,
  erasureSteps,
  erasureView,
  exportFormats,
  exportView,
  holdView,
  inclusionProofView,
  messageTrailView,
  pastMessageView,
  pastParticipantView,
  pastRoomAnswer,
  pastRoomView,
  placeHoldBody,
  provenEntryView,
  reasonSchema,
  recordRoles,
  requestErasureBody,
  requestExportBody,
  retentionPreviewView,
  retentionView,
  roomDiffAnswer,
  setRetentionBody,
  type AuditEntryView,
  type ConsistencyProofView,
  type ErasureView,
  type ExportFormat,
  type ExportView,
  type HoldView,
  type InclusionProofView,
  type MessageTrailView,
  type PastMessageView,
  type PastParticipantView,
  type PastRoomAnswer,
  type PastRoomView,
  type ProvenEntryView,
  type RetentionPreviewView,
  type RetentionView,
  type RoomDiffAnswer,
} from './http/audit.ts';
export {
  authorView,
  commandAnswer,
  contentStatusSchema,
  editMessageBody,
  emojiSchema,
  messagePageView,
  messageVersionView,
  messageView,
  pageOf,
  placedMessageView,
  searchHitView,
  sendMessageBody,
  type AuthorView,
  type CommandAnswer,
  type ContentStatus,
  type MessagePageView,
  type MessageVersionView,
  type MessageView,
  type Page,
  type ReactionView,
  type PlacedMessageView,
  type SearchHitView,
} from './http/messages.ts';
export {
  addParticipantBody,
  changeParticipantBody,
  changeRoomBody,
  createRoomBody,
  directoryEntryView,
  markReadBody,
  markUnreadBody,
  participantView,
  receiptView,
  roomSummaryView,
  roomView,
  setNotificationsBody,
  type DirectoryEntryView,
  type ParticipantView,
  type ReceiptView,
  type RoomSummaryView,
  type RoomView,
} from './http/rooms.ts';
export { clientFrameSchema, closeCodes, subprotocol, type ClientFrame } from './frames/client-frames.ts';
export { retryAfterMsOf, retryAfterReason } from './frames/retry-after.ts';
export {
  durableFrameSchema,
  momentaryFrameSchema,
  serverFrameSchema,
  type ControlFrame,
  type DurableFrame,
  type MomentaryFrame,
  type PresenceStatus,
  type ServerFrame,
} from './frames/server-frames.ts';

export { openCheckpoint, originOf, signCheckpoint, type Checkpoint } from './record/checkpoint.ts';
export { GrowingTree } from './record/growing-tree.ts';
export {
  emptyRoot,
  hashBytes,
  leafEntry,
  leafHash,
  sha256Hex,
  type StoredEntry,
} from './record/hash-definition.ts';
export { consistencyRanges, inclusionRanges } from './record/proofs.ts';
export { openNote, signNote } from './record/signed-note.ts';
export { recordEntry, type RecordEntry } from './record/stored-entry.ts';
export {
  hashOfRange,
  keptNodesOf,
  lookUpIn,
  lowestKeptLevel,
  nodeName,
  subtreesOf,
  type LeafRange,
  type NodeAddress,
  type NodeLookUp,
  type TreeNode,
} from './record/tree.ts';
export {
  isConsistent,
  isIncluded,
  type ConsistencyClaim,
  type InclusionClaim,
} from './record/verify-proof.ts';

export {
  checkpointKeyFromSeed,
  encodeCheckpointKey,
  parseCheckpointKey,
  type CheckpointKey,
} from './configuration/checkpoint-key.ts';
export { allowedOrigins, environment, isLoopback } from './configuration/fields.ts';
export {
  exitOnBadConfiguration,
  readConfiguration,
  type ConfigurationResult,
} from './configuration/read-configuration.ts';
export { installCrashPolicy } from './logging/crash-policy.ts';
export { createLogger, type Logger, type LoggerOptions } from './logging/logger.ts';
export {
  Counter,
  Gauge,
  Histogram,
  MetricsRegistry,
  createMetrics,
  type Metrics,
} from './metrics/metrics.ts';
export {
  accessTokenAudience,
  accessTokenLifetimeSeconds,
  createTokenSigner,
  createTokenVerifier,
  type AccessClaims,
  type TokenAudience,
  type TokenSigner,
  type TokenVerifier,
} from './tokens/access-token.ts';
export {
  jwksDocument,
  parseSigningKeys,
  type SigningKeys,
  type VerificationKey,
} from './tokens/signing-keys.ts';
export type { AppendOptions, AppendResult, ExpectedRevision, NewEvent } from './event-store/append.ts';
export { fullJitterMs, type BackOff } from './event-store/back-off.ts';
export { connectEventStore, type EventStore, type EventStoreConnection } from './event-store/event-store.ts';
export { EventStoreFault, ImplausiblePositionError } from './event-store/faults.ts';
export { createFreshnessProbe, type FreshnessOptions, type FreshnessProbe } from './event-store/freshness.ts';
export type { NewestSearch } from './event-store/head.ts';
export type { SubscriptionItem } from './event-store/item-queue.ts';
export type { ReadAllOptions, ReadStreamOptions } from './event-store/read.ts';
export type { RecordedEvent } from './event-store/recorded-event.ts';
export type {
  AllSubscription,
  SubscribeToAllOptions,
  SubscriptionBatch,
  SubscriptionState,
} from './event-store/subscription.ts';
export { AbortedTransactionError, inTransaction } from './postgres/in-transaction.ts';
export { migrate } from './postgres/migrate.ts';
export { createPool, type Database, type PoolOptions, type Transaction } from './postgres/pool.ts';
export { isTransient } from './postgres/transient.ts';
export { listen, type ListenOptions, type Listening } from './service/listen.ts';
export type { Readiness, ReadinessCheck } from './service/operations.ts';
export { parseRequest } from './service/parse-request.ts';
export { problemOf } from './service/problem-of.ts';
export { requestIdOf } from './service/request-id.ts';
export { runService, type Running } from './service/run-service.ts';
export { createServiceApp, type ServiceAppOptions } from './service/service-app.ts';

export { readFramesAfter, readFramesAt, type FrameAddress } from './read-models/frames.ts';
export {
  authorJoin,
  everybodyId,
  isoText,
  messageColumns,
  toMessageView,
} from './read-models/message-rows.ts';
export {
  callerOf,
  callersOf,
  directoryVersions,
  readableRoom,
  readableRooms,
  readableRoomFrom,
  roomsOfPeople,
  type Caller,
  type Person,
  type OwnRoom,
  type ReadableRoom,
  type RoomWish,
  type Session,
} from './read-models/readers.ts';
export { sqlSourceOf, type SqlSource } from './read-models/sql-source.ts';

export { foldText, type FoldedText } from './search/fold-text.ts';
export { termsOfMessage, type IndexedMessage, type MessageTerms } from './search/message-terms.ts';
export {
  searchFeatures,
  sectionAt,
  sectionLevels,
  Terms,
  type SearchFeature,
  type Section,
} from './search/terms.ts';
export { isUnspaced, keysOf, wordsOf, type Word } from './search/words-of.ts';
export { AccessLog, type Access, type AccessLogOptions } from './record/access-log.ts';
