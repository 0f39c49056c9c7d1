/** What a message's text means. Built by `parseMarkdown`, shown by components: no HTML string exists in between. */
export type Block =
  | { readonly kind: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'heading'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list';
      readonly ordered: boolean;
      readonly start: number;
      readonly items: readonly (readonly Block[])[];
    };

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'strong'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'emphasis'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'strike'; readonly inlines: readonly Inline[] }
  /** `host` is there where the label does not show it already. */
  | {
      readonly kind: 'link';
      readonly href: string;
      readonly host: string | null;
      readonly inlines: readonly Inline[];
    }
  | { readonly kind: 'person'; readonly userId: string; readonly label: string }
  | { readonly kind: 'room'; readonly roomId: string; readonly label: string };

/** Who and what a text may name; anything else stays text. */
export interface Names {
  /** What stands after `@`, with whom it calls: a person's id, or `room` for everybody. */
  readonly people: ReadonlyMap<string, string>;
  /** What stands after `#`, with the room's id. */
  readonly rooms: ReadonlyMap<string, string>;
}
export const noNames: Names = { people: new Map(), rooms: new Map() };
