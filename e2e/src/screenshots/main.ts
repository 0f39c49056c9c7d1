import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startInstance } from '@verbatim/testing/instance';
import { Api } from '../browser/api.ts';
import { launchChromium } from '@verbatim/testing/chromium';
import { Person } from '../browser/person.ts';
import { screens, type Places, type Screen } from './screens.ts';
import { smallPng } from './small-png.ts';
import { fillRoom } from './workspace.ts';

const folder = fileURLToPath(new URL('../../../docs/screens/', import.meta.url));
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 375, height: 720 } } as const;
const themes = ['light', 'dark'] as const;
/** Where one is before one has logged in. */
const outside: readonly string[] = ['sign-up', 'log-in'];
const settledWithinMs = 10_000;

/**
 * Makes a picture of every screen, light and dark, on a desktop and a phone: `npm run screenshots`, or of some only:
 * `npm run screenshots -- search record-proofs`.
 */
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => screens[name] === undefined);
if (unknown.length > 0)
  throw new Error(`there is no screen ${unknown.join(', ')}, but: ${Object.keys(screens).join(', ')}`);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);

const instance = await startInstance();
await useQuietFont();
const browser = await launchChromium();
try {
  const ada = await Person.arrive(browser, instance.origin);
  for (const name of outside.filter(isWanted)) await picturesOf(browser, name, undefined);
  await ada.signUp('Ada Lovelace');
  await ada.createRoom('incident-review');
  const grace = await Person.arrive(browser, instance.origin);
  await grace.accept(await ada.invite(), 'Grace Hopper');
  await grace.joinRoom('incident-review');
  const places = await prepare(ada, grace);
  for (const name of Object.keys(screens))
    if (!outside.includes(name) && isWanted(name)) await picturesOf(browser, name, { ada, places });
} finally {
  await browser.close();
  await instance.remove();
}

async function prepare(ada: Person, grace: Person): Promise<Places> {
  const api = await Api.logIn(instance.origin, ada.email, ada.password);
  for (const name of ['general', 'release-train', 'reading-group']) {
    await api.post('/chat/rooms', { kind: 'channel', name });
  }
  await api.post('/chat/rooms', { kind: 'channel', name: 'compliance', visibility: 'private' });
  const other = await Api.logIn(instance.origin, grace.email, grace.password);
  await other.post('/chat/rooms', { kind: 'channel', name: 'watercooler' });
  const roomId = (await api.roomsByName()).get('incident-review') ?? '';
  await fillRoom(instance.origin, roomId, ada, grace);
  await ada.reads('Ready when you are.');
  return { roomId };
}

async function picturesOf(
  chromium: Browser,
  name: string,
  inside: { readonly ada: Person; readonly places: Places } | undefined,
): Promise<void> {
  const screen = screens[name];
  if (screen === undefined) throw new Error(`there is no screen ${name}`);
  const storageState = await inside?.ada.context.storageState();
  for (const size of ['desktop', 'phone'] as const) {
    for (const theme of themes) {
      const context = await chromium.newContext({
        viewport: sizes[size],
        colorScheme: theme,
        hasTouch: size === 'phone',
        locale: 'en-GB',
        reducedMotion: 'reduce',
        ...(storageState !== undefined && { storageState }),
      });
      try {
        if (inside !== undefined) await logIn(context, inside.ada);
        await picture(context, screen, inside?.places, `${name}-${size}-${theme}`);
      } finally {
        await context.close();
      }
    }
  }
}

/** Every context has a session of its own: refresh tokens cannot be shared. */
async function logIn(context: BrowserContext, { email, password }: Person): Promise<void> {
  await context.clearCookies();
  await context.request.post(new URL('/auth/login', instance.origin).href, {
    data: { email, password, cookie: true },
  });
}

async function picture(
  context: BrowserContext,
  screen: Screen,
  places: Places | undefined,
  name: string,
): Promise<void> {
  const page = await context.newPage();
  page.setDefaultTimeout(settledWithinMs);
  await page.goto(new URL(screen.path(places), instance.origin).href);
  await screen.settled(page);
  await page.evaluate(() => document.fonts.ready);
  await write(page, name);
  console.log(`${name}.png`);
}

async function write(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const taken = await page.screenshot({ caret: 'hide' });
  await writeFile(path.join(folder, `${name}.png`), smallPng(taken));
}

/** The page takes the system's font; where Debian has Inter, that is it here, as on the desks of most readers. */
async function useQuietFont(): Promise<void> {
  const file = path.join(tmpdir(), 'verbatim-fonts.conf');
  const rules = ['sans-serif', 'system-ui', 'sans'].map(
    (family) =>
      `<match target="pattern"><test name="family" qual="any"><string>${family}</string></test>` +
      `<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>`,
  );
  const include = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>';
  await writeFile(file, `<?xml version="1.0"?><fontconfig>${include}${rules.join('')}</fontconfig>\n`);
  process.env['FONTCONFIG_FILE'] = file;
}
