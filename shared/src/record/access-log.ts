import { setTimeout as delay } from 'node:timers/promises';
import { streamOf, type DomainEventOf } from '../events/catalogue.ts';
import { encodeEvent, keysToSeal } from '../events/codec.ts';
import type { ActorContext } from '../events/metadata.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { newId } from '../ids/uuid-v7.ts';
import { canonicalJson } from '../json/canonical.ts';
import { Problem } from '../problems/problem.ts';
import { fullJitterMs } from '../event-store/back-off.ts';
import { present, Sealer } from '../sealing/content.ts';
import { organizationScope } from '../sealing/key-scope.ts';
import type { Keyring } from '../sealing/keyring.ts';

/** A look into the record, or an attempt at one. */
export interface Access {
  readonly organizationId: string;
  readonly actorId: string;
  readonly sessionId: string;
  readonly from: ActorContext;
  readonly requestId: string;
  /** What kind of look, such as `room-at`. */
  readonly access: string;
  /** The room that was asked for, whether or not it is one of the organization. */
  readonly roomId: string | null;
  /** The room is one of the organization, so that this is part of its history too. */
  readonly isOwnRoom: boolean;
  readonly allowed: boolean;
  /** How much was shown; null where a range says it. */
  readonly results: number | null;
  readonly range: { readonly from: bigint; readonly to: bigint } | null;
  /** The request's fields. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly reason: string | null;
}

export interface AccessLogOptions {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly keyring: Keyring;
}

const appendTimeoutMs = 2_500;
/** How long an append of unknown outcome is tried again before the look is refused. */
const settleWithinMs = 3_000;
const retryBackOff = { baseMs: 20, capMs: 300 };

/** Puts every look into the record on the record, before it is answered. */
export class AccessLog {
  readonly #options: AccessLogOptions;
  readonly #sealer: Sealer;

  constructor(options: AccessLogOptions) {
    this.#options = options;
    this.#sealer = new Sealer(options.keyring);
  }

  /**
   * Resolves once the event is durable.
   * @returns its position
   * @throws Problem `unavailable` when that cannot be known: then nothing may be shown.
   */
  async note(access: Access): Promise<bigint> {
    const { organizationId, actorId, sessionId, requestId, roomId, range } = access;
    const accessId = newId();
    const event: DomainEventOf<'AuditAccessed'> = {
      type: 'AuditAccessed',
      data: {
        accessId,
        access: access.access,
        roomId,
        allowed: access.allowed,
        results: access.results,
        fromPosition: range?.from.toString() ?? null,
        toPosition: range?.to.toString() ?? null,
      },
      content: present({ asked: canonicalJson(access.asked), reason: access.reason }),
    };
    const metadata = {
      organizationId,
      actorId,
      ...(access.isOwnRoom && roomId !== null && { roomId }),
      commandId: accessId,
      correlationId: requestId,
      causationId: accessId,
      occurredAt: new Date().toISOString(),
      sessionId,
      context: access.from,
    };
    const { keyring } = this.#options;
    await keyring.prepare(organizationId, [organizationScope], { create: true });
    await keyring.prepare(organizationId, keysToSeal(event, metadata));
    return this.#append(streamOf.audit(organizationId), encodeEvent(event, accessId, metadata, this.#sealer));
  }

  /** The event keeps its id, so trying again stores it once. */
  async #append(stream: string, event: ReturnType<typeof encodeEvent>): Promise<bigint> {
    const giveUpAt = performance.now() + settleWithinMs;
    for (let attempt = 0; ; attempt += 1) {
      const result = await this.#options.eventStore.append(stream, [event], {
        expectedRevision: 'any',
        timeoutMs: appendTimeoutMs,
      });
      if (result.status === 'appended') return result.position;
      if (performance.now() > giveUpAt)
        throw new Problem('unavailable', { detail: 'The access could not be put on the record.' });
      await delay(fullJitterMs(attempt, retryBackOff));
    }
  }
}
