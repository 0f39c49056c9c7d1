import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { newId, sessionView } from '@verbatim/shared';
import { Api } from '../workspace.ts';

const viewport = { width: 1280, height: 800 };
const password = 'correct horse battery staple';

export interface Credentials {
  readonly email: string;
  readonly api: Api;
}

/** The owner of a new organization, who can also log in with a browser. */
export async function signUpToBrowse(origin: string): Promise<Credentials> {
  const email = `${newId()}@bench.test`;
  const body = { organizationName: 'Bench', displayName: 'Ada Lovelace', email, password };
  const session = sessionView.parse(await new Api(origin).call('POST', '/auth/sign-up', body));
  return { email, api: new Api(origin, session.accessToken) };
}

/** A page of somebody who is logged in and has nothing in the browser's cache, and the wire to its innards. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly devTools: CDPSession;
}

export async function visit(browser: Browser, origin: string, { email }: Credentials): Promise<Visitor> {
  const context = await browser.newContext({ viewport, locale: 'en-GB' });
  const data = { email, password, cookie: true };
  await context.request.post(new URL('/auth/login', origin).href, { data });
  const page = await context.newPage();
  return { context, page, devTools: await context.newCDPSession(page) };
}
