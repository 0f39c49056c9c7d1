import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from './play-round.ts';

/** A network that fails. */
export const cutClient: Fault = (random, clients) => {
  random.pick(clients).cut();
  return Promise.resolve();
};

/** Somebody who reads nothing for a while. */
export const slowClient: Fault = (random, clients) => {
  const client = random.pick(clients);
  client.pause();
  void wait(random.below(400)).then(() => client.resume());
  return Promise.resolve();
};

/** A token that is not taken any more. */
export const spoilToken: Fault = (random, clients) => {
  random.pick(clients).spoilToken();
  return Promise.resolve();
};
