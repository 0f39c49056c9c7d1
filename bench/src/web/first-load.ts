import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { grouped, median } from '../statistics.ts';
import { visit, type Credentials } from './visitor.ts';

const runs = 7;
/** After the messages are there nothing more should move or block for this long. */
const settleMs = 1_000;
/** A task longer than this keeps somebody waiting, by as much as it is longer. */
const longTaskMs = 50;

interface FirstLoad {
  readonly paintMs: number;
  readonly messagesMs: number;
  readonly blockedMs: number;
  readonly shift: number;
  readonly scriptBytes: number;
  readonly allBytes: number;
}

/** A room opened by its address in a browser that has never been here: what the person waits for. */
export async function measureFirstLoad(browser: Browser, origin: string, me: Credentials, roomId: string) {
  const loads: FirstLoad[] = [];
  for (let run = 0; run < runs; run += 1) loads.push(await loadOnce(browser, origin, me, roomId));
  const of = (what: keyof FirstLoad) => median(loads.map((load) => load[what]));
  const worst = (what: keyof FirstLoad) => Math.max(...loads.map((load) => load[what]));
  console.log(`first load of a room, nothing cached, median of ${runs}:`);
  console.log(`  first contentful paint  ${of('paintMs').toFixed(0)} ms`);
  console.log(`  messages on the screen  ${of('messagesMs').toFixed(0)} ms`);
  console.log(`  total blocking time     ${of('blockedMs').toFixed(0)} ms`);
  console.log(`  layout shift            ${worst('shift').toFixed(4)} (the worst; wanted 0)`);
  console.log(`  JavaScript              ${kilobytes(of('scriptBytes'))} as sent (wanted <= 150 KB)`);
  console.log(`  everything              ${kilobytes(of('allBytes'))} as sent`);
}

const kilobytes = (bytes: number): string => `${grouped(bytes / 1_000)} KB`;

async function loadOnce(
  browser: Browser,
  origin: string,
  me: Credentials,
  roomId: string,
): Promise<FirstLoad> {
  const { context, page, devTools } = await visit(browser, origin, me);
  const bytes = { script: 0, all: 0 };
  const scripts = new Set<string>();
  devTools.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.add(requestId);
  });
  devTools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes.all += encodedDataLength;
    if (scripts.has(requestId)) bytes.script += encodedDataLength;
  });
  await devTools.send('Network.enable');
  await page.addInitScript(observe);
  await page.goto(new URL(`/rooms/${roomId}`, origin).href);
  await page.getByRole('article').first().waitFor();
  const messagesMs = await page.evaluate(() => performance.now());
  await page.waitForTimeout(settleMs);
  const seen = observed.parse(await page.evaluate('window.observedByBench'));
  await context.close();
  const blockedMs = seen.tasks
    .filter(({ startMs }) => startMs >= seen.paintMs)
    .reduce((sum, { durationMs }) => sum + Math.max(0, durationMs - longTaskMs), 0);
  const { paintMs, shift } = seen;
  return { paintMs, messagesMs, blockedMs, shift, scriptBytes: bytes.script, allBytes: bytes.all };
}

const observed = z.object({
  paintMs: z.number(),
  shift: z.number(),
  tasks: z.array(z.object({ startMs: z.number(), durationMs: z.number() })),
});

/** Runs in the page before anything of it does. */
function observe(): void {
  const seen: z.infer<typeof observed> = { paintMs: 0, shift: 0, tasks: [] };
  Object.assign(window, { observedByBench: seen });
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries())
      if (name === 'first-contentful-paint') seen.paintMs = startTime;
  }).observe({ type: 'paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if ('value' in entry && typeof entry.value === 'number') seen.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      seen.tasks.push({ startMs: startTime, durationMs: duration });
  }).observe({ type: 'longtask', buffered: true });
}
