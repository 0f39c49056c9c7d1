import { codeSpanEnds } from './code-spans.ts';
import type { Inline, Names } from './nodes.ts';
import { safeLink } from './safe-link.ts';
import { escapeInvisible } from '../text/invisible.ts';

type Mark = 'strong' | 'emphasis' | 'strike' | 'link';

/** What has been opened and not yet closed; `literal` is what it was if it never is. */
interface Open {
  readonly mark: Mark | null;
  readonly literal: string;
  readonly inlines: Inline[];
}

const delimiters: readonly (readonly [string, Mark])[] = [
  ['**', 'strong'],
  ['__', 'strong'],
  ['~~', 'strike'],
  ['*', 'emphasis'],
  ['_', 'emphasis'],
];
const address = /https?:\/\/[^\s<>"`]{1,2048}/y;
const roomName = /#([\p{L}\p{N}_-]{1,80})/uy;
const wordCharacter = /[\p{L}\p{N}_]/u;
const escapable = /[\\`*_~[\]()#@>|!{}+.-]/;

/**
 * One pass, left to right. No mark is opened inside itself, so at most four are open at a time and every piece
 * is moved at most that often: the time is linear.
 */
export function parseInlines(text: string, names: Names): Inline[] {
  return new InlineParser(text, names).parse();
}

class InlineParser {
  readonly #text: string;
  readonly #names: Names;
  readonly #codeEnds: ReadonlyMap<number, number>;
  readonly #stack: Open[] = [{ mark: null, literal: '', inlines: [] }];
  #plain = '';
  #at = 0;

  constructor(text: string, names: Names) {
    this.#text = text;
    this.#names = names;
    this.#codeEnds = codeSpanEnds(text);
  }

  parse(): Inline[] {
    while (this.#at < this.#text.length) {
      if (!this.#takeSpecial(this.#text.charAt(this.#at))) {
        this.#plain += this.#text.charAt(this.#at);
        this.#at += 1;
      }
    }
    this.#flush();
    while (this.#stack.length > 1) this.#abandon();
    return this.#stack[0]?.inlines ?? [];
  }

  #takeSpecial(character: string): boolean {
    switch (character) {
      case '\n':
        return this.#push({ kind: 'break' }, 1);
      case '\\':
        return this.#takeEscape();
      case '`':
        return this.#takeCode();
      case '[':
        return !this.#isOpen('link') && this.#open('link', '[');
      case ']':
        return this.#takeLinkEnd();
      case 'h':
        return this.#takeAddress();
      case '@':
        return this.#takePerson();
      case '#':
        return this.#takeRoom();
      default:
        return '*_~'.includes(character) && this.#takeDelimiter();
    }
  }

  #takeEscape(): boolean {
    const next = this.#text.charAt(this.#at + 1);
    if (next === '' || !escapable.test(next)) return false;
    this.#plain += next;
    this.#at += 2;
    return true;
  }

  #takeCode(): boolean {
    let run = 1;
    while (this.#text.charAt(this.#at + run) === '`') run += 1;
    const end = this.#codeEnds.get(this.#at);
    if (end === undefined) {
      this.#plain += '`'.repeat(run);
      this.#at += run;
      return true;
    }
    const content = this.#text.slice(this.#at + run, end).replaceAll('\n', ' ');
    const padded = content.length > 2 && content.startsWith(' ') && content.endsWith(' ');
    return this.#push({ kind: 'code', text: padded ? content.slice(1, -1) : content }, end + run - this.#at);
  }

  #takeDelimiter(): boolean {
    const found = delimiters.find(([literal]) => this.#text.startsWith(literal, this.#at));
    if (found === undefined) return false;
    const [literal, mark] = found;
    const before = this.#text.charAt(this.#at - 1);
    const after = this.#text.charAt(this.#at + literal.length);
    // `snake_case` and `2 * 3` are no emphasis.
    const insideWord = literal.startsWith('_') && wordCharacter.test(before) && wordCharacter.test(after);
    const opener = this.#stack.findIndex((open) => open.mark === mark && open.literal === literal);
    if (opener > 0 && before !== '' && !/\s/.test(before) && !insideWord)
      return this.#close(opener, literal.length);
    const opens = after !== '' && !/\s/.test(after) && !insideWord && !this.#isOpen(mark);
    if (opens) return this.#open(mark, literal);
    this.#plain += literal;
    this.#at += literal.length;
    return true;
  }

  #close(opener: number, length: number): boolean {
    this.#flush();
    while (this.#stack.length - 1 > opener) this.#abandon();
    const closed = this.#stack.pop();
    if (closed?.mark && closed.mark !== 'link') this.#append({ kind: closed.mark, inlines: closed.inlines });
    this.#at += length;
    return true;
  }

  #takeLinkEnd(): boolean {
    const opener = this.#stack.findIndex((open) => open.mark === 'link');
    if (opener < 1) return false;
    const target = /\(([^\s()<>]{1,2048}(?:\([^\s()<>]{0,256}\)[^\s()<>]{0,256})?)\)/y;
    target.lastIndex = this.#at + 1;
    const found = target.exec(this.#text);
    const link = found?.[1] === undefined ? null : safeLink(found[1]);
    this.#flush();
    while (this.#stack.length - 1 > opener) this.#abandon();
    if (link === null) {
      this.#abandon();
      return false;
    }
    const label = this.#stack.pop()?.inlines ?? [];
    const shown = label.map((inline) => ('text' in inline ? inline.text : '')).join('');
    this.#append({
      kind: 'link',
      href: link.href,
      host: shown.includes(link.host) && shown.startsWith('http') ? null : link.host,
      inlines: label.length === 0 ? [{ kind: 'text', text: link.href }] : label,
    });
    this.#at += 1 + (found?.[0].length ?? 0);
    return true;
  }

  #takeAddress(): boolean {
    if (wordCharacter.test(this.#text.charAt(this.#at - 1)) || this.#isOpen('link')) return false;
    address.lastIndex = this.#at;
    const found = address.exec(this.#text)?.[0];
    if (found === undefined) return false;
    const written = withoutTrailingMarks(found);
    const link = safeLink(written);
    if (link === null) return this.#push({ kind: 'text', text: found }, found.length);
    const honest = new URL(link.href).host === written.split('/')[2]?.toLowerCase();
    const inlines: Inline[] = [{ kind: 'text', text: escapeInvisible(written) }];
    return this.#push(
      { kind: 'link', href: link.href, host: honest ? null : link.host, inlines },
      written.length,
    );
  }

  #takePerson(): boolean {
    if (wordCharacter.test(this.#text.charAt(this.#at - 1))) return false;
    let best = '';
    for (const name of this.#names.people.keys()) {
      const written = this.#text.slice(this.#at + 1, this.#at + 1 + name.length);
      if (name.length > best.length && written.toLocaleLowerCase() === name.toLocaleLowerCase()) best = name;
    }
    const userId = this.#names.people.get(best);
    if (userId === undefined || wordCharacter.test(this.#text.charAt(this.#at + 1 + best.length)))
      return false;
    return this.#push({ kind: 'person', userId, label: `@${escapeInvisible(best)}` }, best.length + 1);
  }

  #takeRoom(): boolean {
    if (wordCharacter.test(this.#text.charAt(this.#at - 1))) return false;
    roomName.lastIndex = this.#at;
    const name = roomName.exec(this.#text)?.[1];
    const roomId = name === undefined ? undefined : this.#names.rooms.get(name);
    if (name === undefined || roomId === undefined) return false;
    return this.#push({ kind: 'room', roomId, label: `#${name}` }, name.length + 1);
  }

  #isOpen(mark: Mark): boolean {
    return this.#stack.some((open) => open.mark === mark);
  }

  #open(mark: Mark, literal: string): boolean {
    this.#flush();
    this.#stack.push({ mark, literal, inlines: [] });
    this.#at += literal.length;
    return true;
  }

  /** The innermost open mark was only text after all. */
  #abandon(): void {
    const open = this.#stack.pop();
    if (open === undefined) return;
    this.#append({ kind: 'text', text: open.literal });
    for (const inline of open.inlines) this.#append(inline);
  }

  #push(inline: Inline, length: number): true {
    this.#flush();
    this.#append(inline);
    this.#at += length;
    return true;
  }

  #flush(): void {
    if (this.#plain !== '') this.#append({ kind: 'text', text: this.#plain });
    this.#plain = '';
  }

  #append(inline: Inline): void {
    this.#stack.at(-1)?.inlines.push(inline);
  }
}

/** A sentence's full stop or closing bracket after an address is the sentence's, unless it was opened within. */
function withoutTrailingMarks(found: string): string {
  let end = found.length;
  let unmatched = 0;
  for (const character of found) unmatched += character === ')' ? 1 : character === '(' ? -1 : 0;
  while (end > 0) {
    const last = found.charAt(end - 1);
    if (/[.,;:!?'*_~\]]/.test(last)) end -= 1;
    else if (last === ')' && unmatched > 0) {
      unmatched -= 1;
      end -= 1;
    } else break;
  }
  return found.slice(0, end);
}
