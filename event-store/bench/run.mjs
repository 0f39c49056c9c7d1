// Measures the store beside a server that keeps nothing, in the same run and with the same client.
//   node event-store/bench/run.mjs append|flood|read|open|memory|all [events]
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { anEvent, appendRate, connect, fill, readRate } from './load.mjs';
import { launchEmptyServer, launchStore, newDirectory, privateMemory } from './processes.mjs';

const ROUNDS = 3;
const [what = 'all', events = '1000000'] = process.argv.slice(2);
const measurements = { append, flood, read, open, memory };

for (const [name, measure] of Object.entries(measurements)) {
  if (what === name || what === 'all') await measure(Number(events));
}

/** Concurrency 64, both without the cost of a sync; then on disk, with the number of syncs. */
async function append() {
  const count = 20_000;
  const rates = { store: [], empty: [] };
  const inMemory = newDirectory('memory');
  const store = await launchStore(inMemory);
  const empty = await launchEmptyServer();
  const clients = { store: connect(store), empty: connect(empty) };
  for (const client of Object.values(clients)) await appendRate(client, { count: 2_000, concurrency: 64 });
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, client] of Object.entries(clients)) {
      rates[name].push(await appendRate(client, { count, concurrency: 64 }));
    }
  }
  compare('appends/s at 64 in flight, no sync', median(rates.store), median(rates.empty));
  await end([clients.store, clients.empty], [store, empty], [inMemory]);

  const directory = newDirectory('disk');
  const onDisk = await launchStore(directory);
  const client = connect(onDisk);
  const before = await commits(onDisk);
  const rate = await appendRate(client, { count, concurrency: 64 });
  const groups = (await commits(onDisk)) - before;
  say('appends/s at 64 in flight, on disk', rate);
  say('appends per sync', (count / groups).toFixed(1));
  say('appends/s one after the other, on disk', await appendRate(client, { count: 2_000, concurrency: 1 }));
  await end([client], [onDisk], [directory]);
}

/** Ten thousand appends at once to one stream. */
async function flood() {
  const directory = newDirectory('disk');
  const store = await launchStore(directory);
  const client = connect(store);
  await client.appendToStream('warm', anEvent());
  const before = await commits(store);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 10_000 }, () => client.appendToStream('flood', anEvent())));
  say('10,000 concurrent appends to one stream, s', ((performance.now() - startedAt) / 1_000).toFixed(2));
  say('syncs for them', (await commits(store)) - before);
  await end([client], [store], [directory]);
}

/** $all through the client, beside what the client reads from a server that keeps nothing. */
async function read(count) {
  const directory = newDirectory('disk');
  const store = await launchStore(directory);
  const empty = await launchEmptyServer();
  const clients = { store: connect(store), empty: connect(empty) };
  say('events/s appended, 500 at a time', await fill(clients.store, count));
  const read = Math.min(count, 200_000);
  const rates = { store: [], empty: [] };
  for (const client of Object.values(clients)) await readRate(client, Math.min(read, 20_000));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, client] of Object.entries(clients)) rates[name].push(await readRate(client, read));
  }
  compare('events/s read from $all', median(rates.store), median(rates.empty));
  const whole = await readRate(clients.store, count);
  say(`events/s read of ${count}`, whole);
  say('private memory after reading all, MiB', privateMemory(store.pid).toFixed(0));
  await end(Object.values(clients), [store, empty], [directory]);
}

/** From nothing to the first append, and to ready over many events. */
async function open(count) {
  const directory = newDirectory('disk');
  const startedAt = performance.now();
  const fresh = await launchStore(directory);
  const client = connect(fresh);
  await client.appendToStream('first', anEvent());
  say('start of the process to first append, ms', (performance.now() - startedAt).toFixed(0));
  await delay(2_000);
  say('idle private memory, MiB', privateMemory(fresh.pid).toFixed(0));
  await fill(client, count);
  await end([client], [fresh], []);
  const again = await launchStore(directory);
  say(`start of the process to ready over ${count} events, ms`, again.readyMs.toFixed(0));
  say('private memory after opening them, MiB', privateMemory(again.pid).toFixed(0));
  await end([], [again], [directory]);
}

/** What a subscriber costs that does not read. */
async function memory(count) {
  const directory = newDirectory('disk');
  const store = await launchStore(directory);
  const client = connect(store);
  await fill(client, count);
  await delay(2_000);
  const before = privateMemory(store.pid);
  const stuck = connect(store);
  const subscriptions = Array.from({ length: 10 }, () =>
    stuck
      .subscribeToAll()
      .on('error', () => undefined)
      .pause(),
  );
  await fill(client, 50_000);
  await delay(2_000);
  say('private memory, MiB', before.toFixed(0));
  say(
    'more for each subscriber that does not read, MiB',
    ((privateMemory(store.pid) - before) / 10).toFixed(2),
  );
  await Promise.all(subscriptions.map((subscription) => subscription.unsubscribe()));
  await end([client, stuck], [store], [directory]);
}

async function commits({ connectionString }) {
  const stats = await fetch(`${connectionString.replace('esdb:', 'http:').split('?')[0]}/stats`);
  return Number((await stats.json())['es-commits']);
}

async function end(clients, servers, directories) {
  await Promise.all(clients.map((client) => client.dispose()));
  for (const server of servers) await server.stop();
  for (const directory of directories) rmSync(directory, { recursive: true });
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function compare(name, store, empty) {
  const share = Math.round((100 * store) / empty);
  say(name, `${store} (a server that keeps nothing: ${empty}; ${share} %)`);
}

function say(name, value) {
  console.log(`${name}: ${value}`);
}
