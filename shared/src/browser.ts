import './validation-in-browsers.ts';
export { limits } from './http/limits.ts';
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
  callsPerson,
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
export { assertNever } from './assert-never.ts';
export { clientChosenIdSchema, idSchema, positionSchema } from './ids/schema.ts';
export { newId } from './ids/uuid-v7.ts';
export { codePointLength } from './json/text.ts';
export { problemCodes, problemSchema, type ProblemCode, type ProblemDetails } from './problems/problem.ts';
export type { OrganizationRole } from './events/organization-events.ts';
export type { NotificationLevel } from './events/reading-events.ts';
export type { RoomKind, RoomRole, RoomSettings, Visibility } from './events/room-events.ts';

export { type ConnectionState } from './live/connection-state.ts';
export {
  createLiveClient,
  type LiveClient,
  type LiveClientOptions,
  type LiveEvent,
  type StandingRoom,
} from './live/live-client.ts';
export { type SocketLike } from './live/live-link.ts';
export { type OutboxEntry } from './live/outbox-entry.ts';
export { type KeyValueStorage } from './live/outbox-storage.ts';
export { type SendOutcome } from './live/outbox.ts';
export { type FetchedFrames, type RoomCursor } from './live/room-feed.ts';
export {
  applyFrame,
  insertPage,
  openReplica,
  type FetchedRoom,
  type MessageWindow,
  type PageSide,
  type RoomDetails,
  type RoomReplica,
} from './live/room-replica.ts';
export { applyFrameToSummary, applyReadToSummary, fetchAgain } from './live/room-summary.ts';
export { type ChannelLike, type LockManagerLike, type TabPlatform } from './live/tabs.ts';
export { createTokenKeeper, type AccessToken, type TokenKeeper } from './live/token-keeper.ts';
