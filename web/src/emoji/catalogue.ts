import { gemoji } from 'gemoji';

export interface Emoji {
  readonly emoji: string;
  readonly names: readonly string[];
  readonly label: string;
  readonly words: string;
  readonly takesSkinTone: boolean;
}
export interface EmojiGroup {
  readonly name: string;
  readonly emoji: readonly Emoji[];
}

const skinTones = ['', '\u{1f3fb}', '\u{1f3fc}', '\u{1f3fd}', '\u{1f3fe}', '\u{1f3ff}'] as const;
export const skinToneCount = skinTones.length;
const modifierBase = /^\p{Emoji_Modifier_Base}\ufe0f?/u;

export const emojiGroups: readonly EmojiGroup[] = groupsOf();

function groupsOf(): EmojiGroup[] {
  const groups = new Map<string, Emoji[]>();
  for (const { emoji, names, tags, description, category } of gemoji) {
    const group = groups.get(category) ?? [];
    groups.set(category, group);
    group.push({
      emoji,
      names,
      label: description,
      words: [...names, ...tags, description].join(' ').toLowerCase(),
      takesSkinTone: modifierBase.test(emoji),
    });
  }
  return [...groups].map(([name, emoji]) => ({ name, emoji }));
}

/** @param tone 0 leaves it as it is, 1 is the lightest, 5 the darkest. */
export function withSkinTone({ emoji, takesSkinTone }: Emoji, tone: number): string {
  const modifier = skinTones[tone] ?? '';
  return takesSkinTone && modifier !== ''
    ? emoji.replace(modifierBase, (base) => base.replace('\ufe0f', '') + modifier)
    : emoji;
}

/** Those with all words of the query, names that begin with it first. */
export function searchEmoji(query: string, limit: number): Emoji[] {
  const wanted = query.toLowerCase().replace(/[:_]/g, ' ').trim();
  if (wanted === '') return [];
  const words = wanted.split(/\s+/);
  const found = emojiGroups
    .flatMap((group) => group.emoji)
    .map((emoji) => ({ emoji, rank: rankOf(emoji, wanted, words) }))
    .filter(({ rank }) => rank < 4);
  return found
    .sort((one, other) => one.rank - other.rank)
    .slice(0, limit)
    .map(({ emoji }) => emoji);
}

function rankOf({ names, words }: Emoji, wanted: string, wantedWords: readonly string[]): number {
  const spoken = names.map((name) => name.replaceAll('_', ' '));
  if (spoken.includes(wanted)) return 0;
  if (spoken.some((name) => name.startsWith(wanted))) return 1;
  const text = words.replaceAll('_', ' ');
  if (wantedWords.every((word) => ` ${text}`.includes(` ${word}`))) return 2;
  return wantedWords.every((word) => text.includes(word)) ? 3 : 4;
}
