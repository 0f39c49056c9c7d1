import { foldText } from './fold-text.ts';
import { sectionAt, sectionLevels, type SearchFeature, type Terms } from './terms.ts';
import { keysOf, wordsOf } from './words-of.ts';

/** What of a message the index knows. */
export interface IndexedMessage {
  readonly text: string;
  readonly roomId: string;
  readonly authorId: string;
  /** UTC day on which it was said, `2026-11-22`. */
  readonly day: string;
  /** Where its first version stands in the log. */
  readonly position: bigint;
  readonly isMentioning: boolean;
}

export interface MessageTerms {
  /** Ascending, each once. */
  readonly terms: readonly number[];
  /** The words among them that can be found by a part of theirs. */
  readonly words: ReadonlyMap<number, string>;
}

/** A message of thousands of different words is found by the first of them. */
const maxWordsPerMessage = 4_000;

export function termsOfMessage(terms: Terms, message: IndexedMessage): MessageTerms {
  const words = new Map<number, string>();
  const all = new Set<number>([
    terms.room(message.roomId),
    terms.author(message.authorId),
    terms.period(message.day),
    terms.period(message.day.slice(0, '2026-11'.length)),
  ]);
  for (const level of sectionLevels) all.add(terms.section(sectionAt(level, message.position)));
  for (const feature of featuresOf(message)) all.add(terms.has(feature));
  for (const word of wordsOf(foldText(message.text).text)) {
    if (words.size >= maxWordsPerMessage) break;
    for (const key of keysOf(word)) {
      const term = terms.word(key);
      all.add(term);
      if (!word.isUnspaced) words.set(term, key);
    }
  }
  return { terms: [...all].sort((one, other) => one - other), words };
}

function featuresOf({ text, isMentioning }: IndexedMessage): SearchFeature[] {
  const features: SearchFeature[] = [];
  if (/\bhttps?:\/\/\S/i.test(text)) features.push('link');
  if (text.includes('`')) features.push('code');
  if (isMentioning) features.push('mention');
  return features;
}
