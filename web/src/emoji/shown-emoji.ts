import { escapeInvisible } from '../text/invisible.ts';

/** A reaction as it is shown. Any text can be one, so nothing hides in it. */
export const shownEmoji = (emoji: string): string => escapeInvisible(emoji);
