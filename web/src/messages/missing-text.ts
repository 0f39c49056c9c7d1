import type { ContentStatus } from '@verbatim/shared/browser';

/** What stands where a text was. */
export const missingTexts: Readonly<Record<Exclude<ContentStatus, 'present'>, string>> = {
  deleted: 'This message was deleted.',
  erased: 'The content of this message was erased.',
  expired: 'The content of this message has reached the end of its retention period.',
};
