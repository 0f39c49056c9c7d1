import { environment } from '@verbatim/shared';
import { z } from 'zod';

/** The variables of a relay that runs by itself. */
export const realtimeFields = {
  PORT: environment.PORT,
  HOST: environment.HOST,
  DATABASE_URL: environment.DATABASE_URL,
  NATS_URL: environment.NATS_URL,
  /** Where a projector on this machine pushes, when there is no NATS: `tcp://:SECRET@127.0.0.1:PORT`. */
  PUSH_URL: z.string().optional(),
  COMMAND_API_URL: z.string().regex(/^https?:\/\/\S+$/, 'must be an http:// address'),
  VERBATIM_SIGNING_KEY: environment.VERBATIM_SIGNING_KEY,
  ALLOWED_ORIGINS: environment.ALLOWED_ORIGINS,
  VERBATIM_RATE_LIMITS: environment.VERBATIM_RATE_LIMITS,
};
