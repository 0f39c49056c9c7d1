// Built at run time: the `v` flag is newer than what the compiler is told to write.
const onlyEmoji = new RegExp(String.raw`^(?:\p{RGI_Emoji}\s*){1,6}$`, 'v');
/** Longer texts are not even looked at. */
const maxCharacters = 80;

/** Whether a message is nothing but a few emoji, which are then shown larger. */
export const isOnlyEmoji = (text: string): boolean => text.length <= maxCharacters && onlyEmoji.test(text);
