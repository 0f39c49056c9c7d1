import { readUuid } from '../protobuf/uuid.ts';
import { WireReader } from '../protobuf/wire-reader.ts';
import { readAppendOptions, type AppendOptions } from './append-options.ts';
import { readProposedMessage, type ProposedMessage } from './proposed-message.ts';

/** One message of Append's request stream: the options first, then one event each. */
export type AppendMessage =
  | { readonly kind: 'options'; readonly options: AppendOptions }
  | { readonly kind: 'event'; readonly event: ProposedMessage }
  | { readonly kind: 'empty' };

/** One chunk of one append in BatchAppend's request stream. */
export interface BatchAppendChunk {
  readonly correlationId: Buffer;
  /** On the first chunk only. */
  readonly options: AppendOptions | undefined;
  readonly events: readonly ProposedMessage[];
  readonly isFinal: boolean;
}

export function decodeAppendMessage(bytes: Buffer): AppendMessage {
  const reader = new WireReader(bytes);
  let message: AppendMessage = { kind: 'empty' };
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) message = { kind: 'options', options: readAppendOptions(reader.message()) };
    else if (field === 2) message = { kind: 'event', event: readProposedMessage(reader.message()) };
    else reader.skip();
  }
  return message;
}

export function decodeBatchAppendChunk(bytes: Buffer): BatchAppendChunk {
  const reader = new WireReader(bytes);
  const events: ProposedMessage[] = [];
  let correlationId: Buffer = Buffer.alloc(16);
  let options: AppendOptions | undefined;
  let isFinal = false;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) correlationId = readUuid(reader.message());
    else if (field === 2) options = readAppendOptions(reader.message());
    else if (field === 3) events.push(readProposedMessage(reader.message()));
    else if (field === 4) isFinal = reader.bool();
    else reader.skip();
  }
  return { correlationId, options, events, isFinal };
}
