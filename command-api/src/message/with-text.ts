import { decodeEvent, fieldsOf, keysToOpen, type MessageState } from '@verbatim/shared';
import type { Services } from '../services.ts';
import type { UnreadMessage } from '../streams/kinds.ts';

/** The message with its newest text, opened. */
export async function withText(
  services: Pick<Services, 'keyring' | 'sealer'>,
  { message, written }: UnreadMessage,
): Promise<MessageState> {
  if (message.status !== 'sent' || written === undefined) return message;
  const needed = keysToOpen(written);
  if (needed !== undefined) await services.keyring.prepare(needed.organizationId, needed.keys);
  const event = decodeEvent(written, services.sealer);
  if (event.type !== 'MessageSent' && event.type !== 'MessageEdited') return message;
  return { ...message, text: fieldsOf(event.content)?.text ?? null, content: event.content.status };
}
