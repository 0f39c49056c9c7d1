import { invalidFields, reasonSchema, type Caller, type RouteDescription } from '@verbatim/shared';
import { z } from 'zod';
import type { AccessRow } from '../../http/access.ts';
import type { RecordServices } from '../record-services.ts';
import type { RoomFacts } from './room-facts.ts';

/** A question about the record, by somebody who may ask it. */
export interface Asked<Parameters, Query> {
  readonly caller: Caller;
  readonly parameters: Parameters;
  readonly query: Query;
  /** Why they ask; given wherever it must be. */
  readonly reason: string | null;
  readonly services: RecordServices;
}

interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

/** What is answered, and what the record of the access says about it. */
export type Answered = { readonly body: unknown; readonly results: number } | Streamed;

/** Sent as it comes; how much that is cannot be known beforehand, so the range stands for it. */
export interface Streamed {
  /** @param signal given when whoever asked is gone */
  readonly stream: (signal: AbortSignal) => AsyncIterable<string | Uint8Array>;
  /** Asked again and again while it is sent: false cuts it off. */
  readonly isStillThere?: () => Promise<boolean>;
  readonly headers: Readonly<Record<string, string>>;
  readonly results: number | null;
  readonly range: Range | null;
}

interface Definition<Parameters extends z.ZodObject, Query extends z.ZodObject> extends Omit<
  RouteDescription,
  'method' | 'success' | 'access' | 'tag'
> {
  /** What the access is called on the record. */
  readonly access: string;
  readonly parameters: Parameters;
  readonly query: Query;
  /** The room that the question is about. A private one takes a reason, and one of another organization is unknown. */
  readonly roomOf?: (asked: {
    readonly caller: Caller;
    readonly parameters: z.output<Parameters>;
    readonly query: z.output<Query>;
    readonly services: RecordServices;
  }) => Promise<AskedRoom>;
  readonly ask: (asked: Asked<z.output<Parameters>, z.output<Query>>) => Promise<Answered>;
}

export type AskedRoom =
  | { readonly kind: 'none' }
  /** `facts` are undefined where the organization has no such room. */
  | { readonly kind: 'room'; readonly roomId: string | null; readonly facts: RoomFacts | undefined };

/** An entry of the table of audited questions, ready to be mounted. */
export interface AuditedRoute extends RouteDescription {
  readonly method: 'get';
  readonly access: AccessRow;
  readonly accessName: string;
  /** @throws Problem that names every bad field. */
  readonly prepare: (raw: { readonly parameters: unknown; readonly query: unknown }) => PreparedQuestion;
}

export interface PreparedQuestion {
  readonly reason: string | null;
  readonly roomOf: (caller: Caller, services: RecordServices) => Promise<AskedRoom>;
  readonly ask: (caller: Caller, services: RecordServices) => Promise<Answered>;
}

const queryObject = z.record(z.string(), z.unknown());

export const reasonField = { reason: reasonSchema.optional() };

export function auditedRoute<Parameters extends z.ZodObject, Query extends z.ZodObject>(
  definition: Definition<Parameters, Query>,
): AuditedRoute {
  const { ask, roomOf, access: accessName, query: fields, ...described } = definition;
  return {
    ...described,
    query: z.strictObject({ ...fields.shape, ...reasonField }),
    method: 'get',
    success: 200,
    tag: 'The record',
    access: 'record',
    accessName,
    prepare: (raw) => {
      const { reason: askedReason, ...asked } = queryObject.parse(raw.query);
      const parameters = definition.parameters.safeParse(raw.parameters);
      const parsed = z.strictObject(fields.shape).safeParse(asked);
      const reason = z.object(reasonField).safeParse({ reason: askedReason });
      if (!parameters.success) throw invalidFields(parameters.error);
      if (!parsed.success) throw invalidFields(parsed.error);
      if (!reason.success) throw invalidFields(reason.error);
      const question = {
        parameters: parameters.data,
        query: parsed.data as z.output<Query>, // the same fields, strictly
        reason: reason.data.reason ?? null,
      };
      return {
        reason: question.reason,
        roomOf: async (caller, services) =>
          roomOf === undefined ? { kind: 'none' } : roomOf({ ...question, caller, services }),
        ask: (caller, services) => ask({ ...question, caller, services }),
      };
    },
  };
}
