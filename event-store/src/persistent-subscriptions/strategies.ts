import { hash } from 'node:crypto';
import type { ClientConnection } from './client-connection.ts';
import type { Message } from './message.ts';
import type { StrategyName } from './settings.ts';
import type { Offer } from './waiting-messages.ts';

/** Chooses the client for each message. */
export interface Strategy {
  add(client: ClientConnection): void;
  remove(client: ClientConnection): void;
  /** Hands the message to a client, or says that this one or none can be taken now. */
  push(message: Message): Offer;
}

/** The text by which messages that belong together are known. */
export type PinBy = (message: Message) => string;

export function strategyNamed(name: StrategyName, correlationOf: PinBy): Strategy {
  switch (name) {
    case 'RoundRobin':
      return new RoundRobin();
    case 'DispatchToSingle':
      return new DispatchToSingle();
    case 'Pinned':
      return new Pinned(({ sourceStream }) => sourceStream);
    case 'PinnedByCorrelation':
      return new Pinned(correlationOf);
  }
}

/** One after the other, passing over those that are full. */
class RoundRobin implements Strategy {
  #clients: ClientConnection[] = [];

  add(client: ClientConnection): void {
    this.#clients.push(client);
  }

  remove(client: ClientConnection): void {
    this.#clients = this.#clients.filter((other) => other !== client);
  }

  push(message: Message): Offer {
    const index = this.#clients.findIndex(({ hasRoom }) => hasRoom);
    const client = this.#clients[index];
    if (!client) return 'full';
    this.#clients.splice(index, 1);
    this.#clients.push(client);
    client.send(message);
    return 'sent';
  }
}

/** The first client until it is full, then the next. */
class DispatchToSingle implements Strategy {
  readonly #clients = new Set<ClientConnection>();

  add(client: ClientConnection): void {
    this.#clients.add(client);
  }

  remove(client: ClientConnection): void {
    this.#clients.delete(client);
  }

  push(message: Message): Offer {
    for (const client of this.#clients) {
      if (!client.hasRoom) continue;
      client.send(message);
      return 'sent';
    }
    return 'full';
  }
}

const BUCKETS = 1_024;

/**
 * Messages that belong together go to the same client for as long as it stays. They are spread over buckets, and buckets
 * over clients; a new client takes over its share of the buckets.
 */
class Pinned implements Strategy {
  readonly #pinBy: PinBy;
  readonly #owners = new Map<number, ClientConnection>();
  readonly #shares = new Map<ClientConnection, number>();

  constructor(pinBy: PinBy) {
    this.#pinBy = pinBy;
  }

  add(client: ClientConnection): void {
    this.#shares.set(client, 0);
    const fairShare = Math.ceil(BUCKETS / this.#shares.size);
    for (const [bucket, owner] of this.#owners) {
      if ((this.#shares.get(owner) ?? 0) > fairShare) this.#release(bucket, owner);
    }
  }

  remove(client: ClientConnection): void {
    this.#shares.delete(client);
    for (const [bucket, owner] of this.#owners) if (owner === client) this.#owners.delete(bucket);
  }

  push(message: Message): Offer {
    if (![...this.#shares.keys()].some(({ hasRoom }) => hasRoom)) return 'full';
    const owner = this.#ownerOf(bucketOf(this.#pinBy(message)));
    if (!owner?.hasRoom) return 'skipped';
    owner.send(message);
    return 'sent';
  }

  #ownerOf(bucket: number): ClientConnection | undefined {
    const owner = this.#owners.get(bucket);
    if (owner) return owner;
    const [least] = [...this.#shares].sort(([, a], [, b]) => a - b);
    if (!least) return undefined;
    const [client, share] = least;
    this.#owners.set(bucket, client);
    this.#shares.set(client, share + 1);
    return client;
  }

  #release(bucket: number, owner: ClientConnection): void {
    this.#owners.delete(bucket);
    this.#shares.set(owner, (this.#shares.get(owner) ?? 1) - 1);
  }
}

function bucketOf(text: string): number {
  return hash('sha1', text, 'buffer').readUInt32BE(0) % BUCKETS;
}
