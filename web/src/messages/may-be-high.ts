/** Not even on a phone, in large letters, are this many characters and lines more than a screen. */
const maxLowCharacters = 280;
const maxLowLines = 8;

/** Whether a text could be so high that it is shown in part only; it is worth measuring then. */
export const mayBeHigh = (text: string): boolean =>
  text.length > maxLowCharacters || text.split('\n', maxLowLines + 1).length > maxLowLines;
