/** Longer ones are cut: they go into every event's metadata. */
const maxChars = 256;

export const usedUserAgent = (said: string): string => said.slice(0, maxChars).toWellFormed();
