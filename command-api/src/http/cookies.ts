/** Only `/auth` ever sees it, no script can read it, and no foreign page can make a browser send it. */
export const refreshCookieName = 'verbatim_refresh';

const lifetimeSeconds = 30 * 24 * 60 * 60;
/** More than ours ever are; the rest of a longer header is somebody else's. */
const maxCookies = 50;

/** @param value null clears it. */
export function refreshCookie(value: string | null, isSecure: boolean): string {
  const age = value === null ? 0 : lifetimeSeconds;
  const attributes = `Path=/auth; HttpOnly; SameSite=Strict; Max-Age=${age}${isSecure ? '; Secure' : ''}`;
  return `${refreshCookieName}=${value ?? ''}; ${attributes}`;
}

export function readCookies(header: string | undefined): Readonly<Record<string, string>> {
  if (header === undefined) return {};
  const pairs = header
    .split(';', maxCookies)
    .map((pair) => pair.trim())
    .filter((pair) => pair.includes('='))
    .map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
  return Object.fromEntries(pairs);
}
