import { z } from 'zod';
import { personScope } from '../sealing/key-scope.ts';
import { plainEvent, sealedEvent } from './event-type.ts';

const id = z.string();

export const sessionEndReasons = [
  'logout',
  'logout-everywhere',
  'password-changed',
  'deactivated',
  'refresh-token-reused',
] as const;

export const userEvents = {
  /** `source` is the keyed hash of an imported person's id where they came from; such a person cannot log in. */
  UserRegistered: sealedEvent(
    'user',
    z.object({ userId: id, source: z.string().nullable() }),
    z.object({ displayName: z.string(), email: z.string().nullable() }),
    ({ userId }) => [personScope(userId)],
  ),
  ProfileChanged: sealedEvent(
    'user',
    z.object({ userId: id }),
    z.object({ displayName: z.string() }),
    ({ userId }) => [personScope(userId)],
  ),
  SessionStarted: plainEvent('user', z.object({ userId: id, sessionId: id })),
  SessionEnded: plainEvent(
    'user',
    z.object({ userId: id, sessionId: id, reason: z.enum(sessionEndReasons) }),
  ),
};
