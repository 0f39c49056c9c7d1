import { escapeInvisible } from '../text/invisible.ts';

const allowedSchemes = new Set(['http:', 'https:', 'mailto:']);
/** Longer than this is no address that a person meant to click. */
const maxHrefCharacters = 2_048;

export interface SafeLink {
  readonly href: string;
  /** The host as the browser will call it (punycode where it must), or the mail address. */
  readonly host: string;
}

/** Only addresses that open a page or a letter; everything else stays text. */
export function safeLink(address: string): SafeLink | null {
  if (address.length > maxHrefCharacters || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (!allowedSchemes.has(url.protocol)) return null;
  if (url.protocol === 'mailto:') return { href: url.href, host: escapeInvisible(url.pathname) };
  // `https://bank.example@evil.example/` reads like the bank.
  if (url.username !== '' || url.password !== '') return null;
  return { href: url.href, host: url.host };
}
