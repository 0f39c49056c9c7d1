import { z } from 'zod';
import { organizationScope } from '../sealing/key-scope.ts';
import { plainEvent, sealedEvent } from './event-type.ts';

const id = z.string();

export const auditEvents = {
  /** Somebody looked into the record, or tried to: what kind of look, at what, and how much was shown. */
  AuditAccessed: sealedEvent(
    'audit',
    z.object({
      accessId: id,
      access: z.string(),
      roomId: id.nullable(),
      allowed: z.boolean(),
      results: z.number().int().nullable(),
      fromPosition: z.string().nullable(),
      toPosition: z.string().nullable(),
    }),
    z.object({ asked: z.string(), reason: z.string().nullable() }),
    () => [organizationScope],
  ),
  ExportRequested: sealedEvent(
    'audit',
    z.object({ exportId: id, format: z.string(), untilPosition: z.string() }),
    z.object({ asked: z.string(), reason: z.string() }),
    () => [organizationScope],
  ),
  ExportCompleted: plainEvent(
    'audit',
    z.object({ exportId: id, sha256: z.string(), bytes: z.number().int() }),
  ),
  /** `note` is the signed note (C2SP) as published. */
  CheckpointPublished: plainEvent('audit', z.object({ treeSize: z.number().int(), note: z.string() })),
  /**
   * At most one a minute and account; `count` tells how many it stands for, `firstAt` (ISO 8601) when the first of them
   * was; null in events of schema 1, which did not tell.
   */
  LoginFailed: plainEvent(
    'audit',
    z.object({ userId: id, count: z.number().int(), firstAt: z.string().nullable() }),
    2,
  ),
  ProjectionSkipped: plainEvent(
    'audit',
    z.object({ readModel: z.string(), partition: z.string(), position: z.string(), cause: z.string() }),
  ),
  ProjectionRetried: plainEvent(
    'audit',
    z.object({ readModel: z.string(), partition: z.string(), position: z.string() }),
  ),
};
