import type { ProposedEvent } from '../log/write-transaction.ts';
import { invalidArgument, missingMetadata } from './errors.ts';
import type { ProposedMessage } from './proposed-message.ts';

const UUID_BYTES = 16;

/** The event that may be stored, or the error that says what it lacks. */
export function checkProposal(message: ProposedMessage): ProposedEvent {
  const { id, type, contentType, metadata, data } = message;
  if (type === undefined) throw missingMetadata('type');
  if (contentType === undefined) throw missingMetadata('content-type');
  if (id.length !== UUID_BYTES) throw invalidArgument('An event has no id');
  return { id, type, contentType, metadata, data };
}
