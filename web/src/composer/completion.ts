/** What is being completed: `@` people, `#` rooms, `:` emoji, with what was typed after it. */
export interface CompletionQuery {
  readonly trigger: '@' | '#' | ':';
  readonly typed: string;
  /** Where the trigger stands in the text. */
  readonly from: number;
}

/** Names have spaces, but nobody types a longer beginning of one. */
const maxTypedCharacters = 40;

/** What the text before the caret asks to complete, if anything. */
export function completionAt(text: string, caret: number): CompletionQuery | null {
  const before = text.slice(Math.max(0, caret - maxTypedCharacters - 2), caret);
  const found = /(?:^|[\s([{"'])([@#:])([\p{L}\p{N}_+-]*(?:[ .'][\p{L}\p{N}_+-]+)?)$/u.exec(before);
  const [, trigger, typed] = found ?? [];
  if (typed === undefined || (trigger !== '@' && trigger !== '#' && trigger !== ':')) return null;
  if (trigger === ':' && (typed.length < 2 || typed.includes(' '))) return null;
  return { trigger, typed, from: caret - typed.length - 1 };
}

/** The text with the choice in place of what was typed, and where the caret goes. */
export function complete(
  text: string,
  query: CompletionQuery,
  insert: string,
): { readonly text: string; readonly caret: number } {
  const end = query.from + 1 + query.typed.length;
  const gap = text.charAt(end) === ' ' ? '' : ' ';
  const head = text.slice(0, query.from) + insert + gap;
  return { text: head + text.slice(end), caret: head.length + (gap === '' ? 1 : 0) };
}

/** Those whose name, or a word of it, begins with what was typed; whole beginnings first. */
export function rankByName<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  typed: string,
): Item[] {
  const wanted = typed.toLocaleLowerCase();
  const ranked = items.flatMap((item) => {
    const name = nameOf(item).toLocaleLowerCase();
    if (name.startsWith(wanted)) return [{ item, rank: 0 }];
    if (name.split(/[\s_.-]+/u).some((word) => word.startsWith(wanted))) return [{ item, rank: 1 }];
    return name.includes(wanted) ? [{ item, rank: 2 }] : [];
  });
  return ranked.sort((one, other) => one.rank - other.rank).map(({ item }) => item);
}
