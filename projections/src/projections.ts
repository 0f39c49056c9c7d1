import {
  connectEventStore,
  createPool,
  createPushPublisher,
  MasterKey,
  vaultDatabase,
  VaultKeyring,
  type EventStore,
  type Logger,
  type PushPublisher,
} from '@verbatim/shared';
import { chat } from './chat/chat.ts';
import { directory } from './directory/directory.ts';
import { EventDecoder } from './group/event-decoder.ts';
import type { ReadModel } from './group/read-model.ts';
import { search } from './search/search.ts';
import { record } from './record/record.ts';
import type { ProjectionMetrics } from './operations.ts';
import { decisionNames } from './group/decisions.ts';
import { EventFeed } from './runner/event-feed.ts';
import { ModelRunner } from './runner/model-runner.ts';

export interface ProjectionsOptions {
  readonly eventStoreUrl: string;
  readonly databaseUrl: string;
  /** Opens the vault's keys. */
  readonly masterKey: Buffer;
  /** Where relays are told of what was committed; nobody is told when left out. */
  readonly pushUrl?: string;
  readonly logger: Logger;
  readonly metrics?: ProjectionMetrics;
}

export interface Projections {
  readonly runners: readonly ModelRunner[];
  readonly feed: EventFeed;
  readonly eventStore: EventStore;
  readonly publisher: PushPublisher | undefined;
  /** Ends what is under way; nothing is projected any more once it resolves. */
  stop(): Promise<void>;
}

/** All read models, in the order in which the rest waits for them. */
export const readModels: readonly ReadModel[] = [chat, directory, search, record];

/** Follows the log and keeps the read models up with it, until stopped. Whatever is away is waited for. */
export function startProjections(options: ProjectionsOptions): Projections {
  const { eventStoreUrl, databaseUrl, masterKey, pushUrl, logger, metrics } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const eventStore = connectEventStore({ url: eventStoreUrl, logger });
  const vaultPool = createPool(databaseUrl, { applicationName: 'verbatim projections vault', max: 2 });
  const keyring = new VaultKeyring(vaultDatabase(vaultPool), new MasterKey(masterKey.toString('base64')));
  const decoder = new EventDecoder(
    keyring,
    new Set([...decisionNames, ...readModels.flatMap(({ opens }) => [...opens])]),
  );
  const publisher = pushUrl === undefined ? undefined : createPushPublisher({ url: pushUrl, logger });
  const feed = new EventFeed({ eventStore, decoder, logger, signal });

  const runners = readModels.map(
    (model) =>
      new ModelRunner({
        databaseUrl,
        model,
        feed,
        eventStore,
        decoder,
        logger,
        signal,
        onInterrupted: () => metrics?.interrupted(model.name),
        onParked: () => metrics?.parked(model.name),
        onCommitted: (position, pushes, items) => {
          metrics?.committed(model.name, position, items);
          if (pushes.length > 0) publisher?.publish({ position: position.toString(), items: [...pushes] });
        },
      }),
  );
  const running = runners.map((runner) => runner.run());

  return {
    runners,
    feed,
    eventStore,
    publisher,
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
      await publisher?.stop();
      await Promise.all([eventStore.close(), vaultPool.destroy()]);
    },
  };
}
