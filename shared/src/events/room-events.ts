import { z } from 'zod';
import { roomScope } from '../sealing/key-scope.ts';
import { plainEvent, sealedEvent } from './event-type.ts';

export const roomKinds = ['channel', 'group', 'direct'] as const;
export type RoomKind = (typeof roomKinds)[number];
export const visibilities = ['public', 'private'] as const;
export type Visibility = (typeof visibilities)[number];
export const roomRoles = ['admin', 'moderator', 'member'] as const;
export type RoomRole = (typeof roomRoles)[number];

const id = z.string();
const role = z.enum(roomRoles);

/** Who may do what beyond the defaults; absent keys keep their value. */
export const roomSettingsSchema = z.object({
  /** Who may send: everybody in the room, or moderators and admins only. */
  posting: z.enum(['everyone', 'moderators']),
});
export type RoomSettings = z.infer<typeof roomSettingsSchema>;

export const roomEvents = {
  /** `imported` rooms are the only ones that an import may write into. */
  RoomCreated: sealedEvent(
    'room',
    z.object({
      roomId: id,
      kind: z.enum(roomKinds),
      visibility: z.enum(visibilities),
      imported: z.boolean(),
    }),
    z.object({ name: z.string().nullable(), description: z.string() }),
    ({ roomId }) => [roomScope(roomId)],
  ),
  /** Only what changed is there. */
  RoomDetailsChanged: sealedEvent(
    'room',
    z.object({
      roomId: id,
      visibility: z.enum(visibilities).optional(),
      settings: roomSettingsSchema.partial().optional(),
    }),
    z.object({
      name: z.string().optional(),
      description: z.string().optional(),
      topic: z.string().optional(),
    }),
    ({ roomId }) => [roomScope(roomId)],
  ),
  RoomArchived: plainEvent('room', z.object({ roomId: id })),
  RoomUnarchived: plainEvent('room', z.object({ roomId: id })),
  ParticipantJoined: plainEvent('room', z.object({ roomId: id, userId: id, role })),
  ParticipantAdded: plainEvent('room', z.object({ roomId: id, userId: id, role })),
  ParticipantLeft: plainEvent('room', z.object({ roomId: id, userId: id })),
  ParticipantRemoved: plainEvent('room', z.object({ roomId: id, userId: id })),
  ParticipantRoleChanged: plainEvent('room', z.object({ roomId: id, userId: id, role })),
};
