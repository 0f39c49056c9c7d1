import type { Page } from 'playwright-core';
import { latencyLine } from '../statistics.ts';
import type { Place } from './places.ts';

const rounds = 4;

/** From the click on a room in the list until its messages are painted: rooms not seen before, and seen a while ago. */
export async function measureRoomOpening(page: Page, rooms: readonly Place[]): Promise<void> {
  const openedMs: number[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const ofRound: number[] = [];
    for (const room of rooms) ofRound.push(await page.evaluate(openRoom, room));
    openedMs.push(ofRound);
  }
  const [forTheFirstTime = [], ...again] = openedMs;
  const lineOf = (times: readonly number[]) =>
    `${times.length} times: ${latencyLine(times)} (wanted <= 150 ms)`;
  console.log(`opening a room for the first time, ${lineOf(forTheFirstTime)}`);
  console.log(`opening a room again, ${lineOf(again.flat())}`);
}

/** Runs in the page: clicks, and resolves when a frame with the room's messages has been painted. */
function openRoom({ id, name }: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    const link = document.querySelector<HTMLElement>(`nav a[href="/rooms/${id}"]`);
    if (link === null) {
      reject(new Error(`no link to ${name}`));
      return;
    }
    const startedMs = performance.now();
    const look = (): void => {
      if (document.querySelector(`[aria-label="Messages in ${name}"] article`) === null)
        requestAnimationFrame(look);
      // A task after the frame: by then it is painted.
      else requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - startedMs)));
    };
    link.click();
    look();
  });
}
