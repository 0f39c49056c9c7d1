import { z } from 'zod';
import { notificationLevels } from '../events/reading-events.ts';
import { roomKinds, roomRoles, roomSettingsSchema, visibilities } from '../events/room-events.ts';
import { clientChosenIdSchema, idSchema } from '../ids/schema.ts';
import { nameSchema, textSchema } from '../json/text.ts';
import { limits } from './limits.ts';
import { messageView } from './messages.ts';

export const roomRoleSchema = z.enum(roomRoles);
export const visibilitySchema = z.enum(visibilities);
export const notificationLevelSchema = z.enum(notificationLevels);
const name = nameSchema(limits.roomNameCharacters);
const description = textSchema({ max: limits.roomDescriptionCharacters });
const participantIds = z.array(idSchema).max(limits.initialParticipants);

/** A direct room names one other person, or oneself, and nothing else. */
export const createRoomBody = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['channel', 'group']),
    id: clientChosenIdSchema.optional(),
    visibility: visibilitySchema.optional(),
    name: name.optional(),
    description: description.optional(),
    participantIds: participantIds.optional(),
  }),
  z.strictObject({ kind: z.literal('direct'), participantIds: z.array(idSchema).length(1) }),
]);
export const changeRoomBody = z
  .strictObject({
    name: name.optional(),
    description: description.optional(),
    topic: textSchema({ max: limits.roomTopicCharacters }).optional(),
    visibility: visibilitySchema.optional(),
    settings: z.strictObject(roomSettingsSchema.partial().shape).optional(),
  })
  .refine((body) => Object.values(body).some((value) => value !== undefined), {
    message: 'name at least one detail to change',
  });
export const addParticipantBody = z.strictObject({ userId: idSchema, role: roomRoleSchema.optional() });
export const changeParticipantBody = z.strictObject({ role: roomRoleSchema });
const seq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const markReadBody = z.strictObject({ seq });
export const markUnreadBody = z.strictObject({ seq: seq.min(1) });
export const setNotificationsBody = z.strictObject({ level: notificationLevelSchema });

/** One of my rooms, as the room list shows it. */
export const roomSummaryView = z.object({
  id: z.string(),
  kind: z.enum(roomKinds),
  visibility: visibilitySchema,
  /** Null for a direct room; its other person is in `participantIds`. */
  name: z.string().nullable(),
  topic: z.string(),
  /** My role; null where I only read along. */
  role: roomRoleSchema.nullable(),
  /** For direct rooms only: the two people, or one for a note to self. */
  participantIds: z.array(z.string()),
  lastSeq: z.number(),
  readSeq: z.number(),
  unread: z.number(),
  mentions: z.number(),
  lastMessage: messageView.nullable(),
  archived: z.boolean(),
  favourite: z.boolean(),
  notifications: notificationLevelSchema,
  epoch: z.number(),
});
export const roomView = roomSummaryView.extend({
  description: z.string(),
  settings: roomSettingsSchema,
  participantCount: z.number(),
  imported: z.boolean(),
  createdAt: z.string(),
});
export const participantView = z.object({
  userId: z.string(),
  displayName: z.string(),
  role: roomRoleSchema,
  joinedAt: z.string(),
});
export const receiptView = z.object({ userId: z.string(), readSeq: z.number() });
/** `email` is there only for the organization's owners and admins. */
export const directoryEntryView = z.object({
  id: z.string(),
  displayName: z.string(),
  email: z.string().nullable().optional(),
  role: z.string(),
  active: z.boolean(),
  imported: z.boolean(),
});

export type RoomSummaryView = z.infer<typeof roomSummaryView>;
export type RoomView = z.infer<typeof roomView>;
export type ParticipantView = z.infer<typeof participantView>;
export type ReceiptView = z.infer<typeof receiptView>;
export type DirectoryEntryView = z.infer<typeof directoryEntryView>;
