import type { CDPSession, Page } from 'playwright-core';
import { grouped } from '../statistics.ts';
import { say, type Places } from './places.ts';

/** An hour at one message a second, without its pauses. */
const rounds = 6;
const messagesPerRound = 600;

/** Traffic in the open room, and somebody who moves about: what stays in memory after each round. */
export async function measureMemory(page: Page, devTools: CDPSession, places: Places): Promise<void> {
  const { shortRooms, other } = places;
  const [home] = shortRooms;
  if (home === undefined) return;
  await devTools.send('DOM.enable');
  const open = async (id: string, name: string): Promise<void> => {
    await page.locator(`nav a[href="/rooms/${id}"]`).click();
    await page
      .getByRole('region', { name: `Messages in ${name}`, exact: true })
      .getByRole('article')
      .first()
      .waitFor();
  };
  console.log(
    `memory over ${grouped(rounds * messagesPerRound)} messages in the open room, after garbage collection:`,
  );
  for (let round = 0; round <= rounds; round += 1) {
    await open(home.id, home.name);
    const last = `end of round ${round}`;
    await say(other.api, home.id, messagesPerRound);
    await other.api.call('POST', `/chat/rooms/${home.id}/messages`, { text: last });
    await page.getByRole('article').filter({ hasText: last }).waitFor();
    for (const { id, name } of shortRooms) await open(id, name);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Insert an emoji' }).click();
    await page.keyboard.press('Escape');
    await open(home.id, home.name);
    const { heap, nodes, listeners, detached } = await held(devTools);
    // The first round warms up: what is loaded once stays.
    console.log(
      `  ${round === 0 ? 'warm-up' : `round ${round}`}: heap ${(heap / 1e6).toFixed(1)} MB · ${grouped(nodes)} nodes · ` +
        `${grouped(listeners)} listeners · ${grouped(detached)} detached nodes`,
    );
  }
}

async function held(devTools: CDPSession) {
  await devTools.send('HeapProfiler.collectGarbage');
  await devTools.send('HeapProfiler.collectGarbage');
  const { usedSize: heap } = await devTools.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners: listeners } = await devTools.send('Memory.getDOMCounters');
  const { detachedNodes } = await devTools.send('DOM.getDetachedDomNodes');
  return { heap, nodes, listeners, detached: detachedNodes.length };
}
