import { launchChromium } from '@verbatim/testing/chromium';
import { startInstance } from '@verbatim/testing/instance';
import { measureFirstLoad } from './web/first-load.ts';
import { measureInteractions } from './web/interactions.ts';
import { measureMemory } from './web/memory.ts';
import { fillPlaces, longRoomMessages } from './web/places.ts';
import { measureRoomOpening } from './web/room-opening.ts';
import { signUpToBrowse, visit } from './web/visitor.ts';

/** The page as a person's browser finds it: the production build, a real instance, figures over the DevTools protocol. */
export async function webBenchmark(): Promise<void> {
  const instance = await startInstance();
  const browser = await launchChromium();
  try {
    const { origin } = instance;
    const me = await signUpToBrowse(origin);
    const places = await fillPlaces(origin, me);
    const [room = places.longRoom, ...others] = places.shortRooms;
    await measureFirstLoad(browser, origin, me, room.id);
    const { page, devTools } = await visit(browser, origin, me);
    await page.goto(new URL(`/rooms/${room.id}`, origin).href);
    await page.getByRole('article').first().waitFor();
    await measureRoomOpening(page, others);
    await measureInteractions(page, devTools, places.longRoom, longRoomMessages);
    await measureMemory(page, devTools, places);
  } finally {
    await browser.close();
    await instance.remove();
  }
}
