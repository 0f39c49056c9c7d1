/**
 * Characters that one cannot see but that reorder or hide others: bidirectional controls, zero-width ones
 * (the joiner stays, emoji are made with it; the non-joiner too, Persian is written with it), tags, controls.
 */
const invisible =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e001f}]/gu;

/** For names and hosts, where a spoof would tell who somebody is or where a link leads. */
export function escapeInvisible(text: string): string {
  return text.replace(
    invisible,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`,
  );
}
