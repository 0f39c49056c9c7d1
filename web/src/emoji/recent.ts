import { z } from 'zod';

const storageKey = 'verbatim.recent-emoji';
const maxRecent = 24;
const starters = ['👍', '❤️', '😄', '🎉', '👀', '✅'];
const stored = z.array(z.string().max(64)).catch([]);

/** Those used last come first; a newcomer gets the usual ones. */
export function recentEmoji(): string[] {
  const text = localStorage.getItem(storageKey);
  const used = text === null ? [] : stored.parse(parsedJson(text));
  return [...new Set([...used, ...starters])].slice(0, maxRecent);
}

export function rememberEmoji(emoji: string): void {
  localStorage.setItem(
    storageKey,
    JSON.stringify([...new Set([emoji, ...recentEmoji()])].slice(0, maxRecent)),
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
