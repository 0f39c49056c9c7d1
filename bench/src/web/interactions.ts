import type { CDPSession, Page } from 'playwright-core';
import { z } from 'zod';
import { grouped, percentile } from '../statistics.ts';
import type { Place } from './places.ts';

const loadWithinMs = 120_000;

/** All of a long room is loaded, then somebody types, reads, reacts and moves about: how long until each shows. */
export async function measureInteractions(
  page: Page,
  devTools: CDPSession,
  room: Place,
  messages: number,
): Promise<void> {
  await page.locator(`nav a[href="/rooms/${room.id}"]`).click();
  const list = page.getByRole('region', { name: `Messages in ${room.name}` });
  await list.waitFor();
  const startedMs = performance.now();
  await page.evaluate(readToTheBeginning, { name: room.name, withinMs: loadWithinMs });
  const readMs = performance.now() - startedMs;
  console.log(`${grouped(messages)} messages loaded by scrolling up in ${(readMs / 1_000).toFixed(1)} s`);

  await watch(devTools);
  await page.evaluate(observeInteractions);
  await list.focus();
  for (let step = 0; step < 10; step += 1) await page.keyboard.press('PageDown');
  for (let step = 0; step < 20; step += 1) await page.keyboard.press('ArrowDown');
  await page.mouse.move(600, 400);
  for (let step = 0; step < 20; step += 1) await page.mouse.wheel(0, 800);
  await page.getByRole('button', { name: /^Jump to latest$|new$/ }).click();
  const composer = page.getByRole('textbox', { name: `Message #${room.name}` });
  for (let number = 0; number < 5; number += 1) {
    await composer.click();
    await page.keyboard.type('Typed with ten thousand messages above.');
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Escape');
  for (let number = 0; number < 3; number += 1) {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('room-7');
    await page.keyboard.press('Escape');
  }
  for (let number = 0; number < 3; number += 1) {
    const message = page.getByRole('article').last();
    await message.hover();
    await message.getByRole('button', { name: 'More actions' }).click();
    await page.keyboard.press('Escape');
  }
  await devTools.send('Page.stopScreencast');
  const durations = z.array(z.number()).parse(await page.evaluate('window.interactionsOfBench()'));
  const at = (quantile: number) => percentile(durations, quantile).toFixed(0);
  console.log(
    `interaction to next paint, ${durations.length} key presses and clicks: ` +
      `p50 ${at(0.5)} · p98 ${at(0.98)} · max ${at(1)} ms (wanted <= 100 ms)`,
  );
}

/**
 * Somebody has to look: without a window a browser draws what nobody sees when it likes, and counts all that time until
 * it does. With a watcher of its frames, each is drawn when it is due.
 */
async function watch(devTools: CDPSession): Promise<void> {
  devTools.on('Page.screencastFrame', ({ sessionId }) => {
    // A page that is gone needs no answer.
    devTools.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
  });
  await devTools.send('Page.startScreencast', { format: 'jpeg', quality: 1, maxWidth: 64, maxHeight: 64 });
}

/** Runs in the page. */
function readToTheBeginning({ name, withinMs }: { name: string; withinMs: number }): Promise<void> {
  const list = document.querySelector(`[aria-label="Messages in ${name}"]`);
  return new Promise((resolve, reject) => {
    const givesUpAt = performance.now() + withinMs;
    const goUp = (): void => {
      if (list?.textContent.includes('The beginning of') === true) resolve();
      else if (performance.now() > givesUpAt) reject(new Error('the beginning did not come'));
      else {
        if (list !== null) list.scrollTop = 0;
        requestAnimationFrame(goUp);
      }
    };
    goUp();
  });
}

/** Runs in the page: the longest event of each interaction, in steps of 8 ms; below 16 ms the browser tells nothing. */
function observeInteractions(): void {
  const longest = new Map<number, number>();
  let count = 0;
  const take = (entries: PerformanceEntryList): void => {
    for (const entry of entries)
      if ('interactionId' in entry && typeof entry.interactionId === 'number' && entry.interactionId > 0)
        longest.set(entry.interactionId, Math.max(longest.get(entry.interactionId) ?? 0, entry.duration));
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe(Object.assign({ type: 'event' }, { durationThreshold: 16 }));
  for (const type of ['keydown', 'pointerdown'])
    addEventListener(type, () => (count += 1), { capture: true });
  Object.assign(window, {
    interactionsOfBench: () => {
      take(observer.takeRecords());
      const unreported = Math.max(0, count - longest.size);
      return [...longest.values(), ...Array.from({ length: unreported }, () => 16)];
    },
  });
}
