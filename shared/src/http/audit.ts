import { z } from 'zod';
import type { OrganizationRole } from '../events/organization-events.ts';
import { roomKinds, roomRoles, roomSettingsSchema } from '../events/room-events.ts';
import { idSchema } from '../ids/schema.ts';
import { nameSchema } from '../json/text.ts';
import { limits } from './limits.ts';
import { messageView } from './messages.ts';
import { visibilitySchema } from './rooms.ts';

/** Why somebody looks at, keeps or removes what others said. */
export const reasonSchema = nameSchema(limits.reasonCharacters);
const instant = z.iso.datetime({ offset: true });
const ids = z.array(idSchema).min(1).max(limits.heldIds);

/** Names people, rooms or both; without either nothing would be held. */
export const placeHoldBody = z
  .strictObject({
    name: nameSchema(limits.holdNameCharacters),
    userIds: ids.optional(),
    roomIds: ids.optional(),
    from: instant.optional(),
    to: instant.optional(),
    reason: reasonSchema,
  })
  .refine((hold) => hold.userIds !== undefined || hold.roomIds !== undefined, {
    message: 'name the people or the rooms to hold',
    path: ['userIds'],
  })
  .refine(
    (hold) =>
      hold.from === undefined || hold.to === undefined || Date.parse(hold.from) <= Date.parse(hold.to),
    {
      message: 'must not be before from',
      path: ['to'],
    },
  );
/** `days: null` keeps for ever. With `dryRun` nothing is changed and the answer tells what would be. */
export const setRetentionBody = z.strictObject({
  roomId: idSchema.optional(),
  days: z.number().int().min(1).max(limits.retentionDays).nullable(),
  dryRun: z.boolean().optional(),
});
export const requestErasureBody = z.strictObject({ userId: idSchema, reason: reasonSchema });
export const exportFormats = ['jsonl', 'csv', 'actiance', 'eml'] as const;
export const requestExportBody = z.strictObject({
  format: z.enum(exportFormats),
  roomId: idSchema.optional(),
  actorId: idSchema.optional(),
  from: instant.optional(),
  to: instant.optional(),
  reason: reasonSchema,
});

/** What would go if this rule were set: messages by room, and what holds keep back. */
export const retentionPreviewView = z.object({
  dryRun: z.literal(true),
  /** The last day that would go, UTC; null when nothing would. */
  throughDay: z.string().nullable(),
  messages: z.number(),
  rooms: z.array(z.object({ roomId: z.string(), messages: z.number(), days: z.number() })),
  kept: z.array(z.object({ holdId: z.string(), roomId: z.string(), messages: z.number(), days: z.number() })),
});

const contentStatus = z.enum(['present', 'erased', 'expired', 'sealed']);
export const storedEventView = z.object({
  stream: z.string(),
  revision: z.number(),
  eventId: z.string(),
  type: z.string(),
  /** ISO 8601 with milliseconds. */
  created: z.string(),
  /** SHA-256 of the stored bytes (RFC 8785 JSON), lower-case hex. */
  dataSha256: z.string(),
  metadataSha256: z.string(),
});
export const auditEntryView = z.object({
  position: z.string(),
  eventId: z.string(),
  type: z.string(),
  /** Slack's name for it where there is one. */
  action: z.string(),
  at: z.string(),
  actor: z.object({
    type: z.enum(['user', 'system']),
    id: z.string().nullable(),
    displayName: z.string().nullable(),
    email: z.string().nullable(),
  }),
  organization: z.string(),
  room: z.string().nullable(),
  entity: z.object({ type: z.string(), id: z.string().nullable() }),
  context: z.object({
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    sessionId: z.string().nullable(),
  }),
  correlationId: z.string().nullable(),
  causationId: z.string().nullable(),
  /** Null where the event seals nothing; `sealed` where it was not opened for want of a reason. */
  content: contentStatus.nullable(),
  /** The event's fields, what was sealed among them; that is null unless `content` is `present`. */
  data: z.record(z.string(), z.unknown()),
  leafIndex: z.number(),
  leafHash: z.string(),
  stored: storedEventView,
});
export const inclusionProofView = z.object({
  leafIndex: z.number(),
  treeSize: z.number(),
  leafHash: z.string(),
  rootHash: z.string(),
  hashes: z.array(z.string()),
});
export const consistencyProofView = z.object({
  from: z.number(),
  to: z.number(),
  hashes: z.array(z.string()),
});
/** An entry with all that somebody who trusts nobody needs to verify it. */
export const provenEntryView = auditEntryView.extend({
  stored: storedEventView.extend({ data: z.unknown(), metadata: z.unknown() }),
  /** Opens the stored box of a message, base64. */
  contentKey: z.string().optional(),
  /** What it happened to, before and after. */
  priorState: z.unknown(),
  resultingState: z.unknown(),
  inclusion: inclusionProofView,
});
export const messageTrailView = z.object({
  items: z.array(provenEntryView),
  nextCursor: z.string().nullable(),
  /** A signed note over the tree that the inclusion proofs lead to. */
  checkpoint: z.string(),
  verifierKey: z.string(),
});

const asOfView = z.object({ position: z.string(), leafIndex: z.number(), time: z.string() });
/** A room's details at some moment; participants come beside it. */
export const pastRoomView = z.object({
  id: z.string(),
  kind: z.enum(roomKinds),
  visibility: visibilitySchema,
  name: z.string().nullable(),
  description: z.string(),
  topic: z.string(),
  settings: roomSettingsSchema,
  archived: z.boolean(),
  imported: z.boolean(),
  participantCount: z.number(),
});
export const pastParticipantView = z.object({
  userId: z.string(),
  displayName: z.string().nullable(),
  role: z.enum(roomRoles),
});
/** A message as it then read. `position` is where it was sent, and what pages go by. */
export const pastMessageView = messageView
  .omit({ replyCount: true, seq: true })
  .extend({ position: z.string(), version: z.number() });
export const pastRoomAnswer = z.object({
  asOf: asOfView,
  room: pastRoomView,
  participants: z.array(pastParticipantView),
  messages: z.array(pastMessageView),
  nextCursor: z.string().nullable(),
});
const changed = <View extends z.ZodType>(view: View) =>
  z.object({ before: view.nullable(), after: view.nullable() });
/** What is otherwise in a room at the second moment. */
export const roomDiffAnswer = z.object({
  from: asOfView,
  to: asOfView,
  room: changed(pastRoomView).nullable(),
  participants: z.array(changed(pastParticipantView).extend({ userId: z.string() })),
  messages: z.array(changed(pastMessageView).extend({ messageId: z.string() })),
  nextCursor: z.string().nullable(),
});

const when = z.object({ at: z.string(), by: z.string().nullable() });
export const holdView = z.object({
  id: z.string(),
  name: z.string().nullable(),
  reason: z.string().nullable(),
  userIds: z.array(z.string()).nullable(),
  roomIds: z.array(z.string()).nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  placed: when,
  released: when.nullable(),
});
/** `days: null` keeps for ever. */
export const retentionView = z.object({
  organization: z.object({ days: z.number().nullable() }),
  rooms: z.array(z.object({ roomId: z.string(), days: z.number().nullable() })),
});
export const exportView = z.object({
  id: z.string(),
  status: z.enum(['waiting', 'running', 'completed', 'failed', 'outdated']),
  format: z.enum(exportFormats),
  reason: z.string().nullable(),
  filters: z.record(z.string(), z.unknown()),
  requested: when,
  progress: z.object({ done: z.number(), total: z.number() }),
  sha256: z.string().nullable(),
  bytes: z.number().nullable(),
});
export const erasureSteps = ['requested', 'keys-destroyed', 'content-erased', 'rewritten', 'done'] as const;
export const erasureView = z.object({
  id: z.string(),
  userId: z.string(),
  reason: z.string().nullable(),
  status: z.enum(erasureSteps),
  requested: when,
  finishedAt: z.string().nullable(),
});
/** Who may look into the record and decide about it. */
export const recordRoles: readonly OrganizationRole[] = ['owner', 'compliance'];

export type AuditEntryView = z.infer<typeof auditEntryView>;
export type ProvenEntryView = z.infer<typeof provenEntryView>;
export type MessageTrailView = z.infer<typeof messageTrailView>;
export type InclusionProofView = z.infer<typeof inclusionProofView>;
export type ConsistencyProofView = z.infer<typeof consistencyProofView>;
export type PastRoomView = z.infer<typeof pastRoomView>;
export type PastParticipantView = z.infer<typeof pastParticipantView>;
export type PastMessageView = z.infer<typeof pastMessageView>;
export type PastRoomAnswer = z.infer<typeof pastRoomAnswer>;
export type RoomDiffAnswer = z.infer<typeof roomDiffAnswer>;
export type HoldView = z.infer<typeof holdView>;
export type RetentionView = z.infer<typeof retentionView>;
export type RetentionPreviewView = z.infer<typeof retentionPreviewView>;
export type ExportView = z.infer<typeof exportView>;
export type ExportFormat = (typeof exportFormats)[number];
export type ErasureView = z.infer<typeof erasureView>;
