import { clientFrameSchema, idSchema, invalidFields, type ClientFrame, type Problem } from '@verbatim/shared';
import { z } from 'zod';

export type ReadFrame =
  | { readonly kind: 'frame'; readonly frame: ClientFrame }
  /** A message whose words or relations are not valid: its sender is told which. */
  | { readonly kind: 'refused'; readonly id: string; readonly problem: Problem }
  | { readonly kind: 'bad' };

/** A `message` frame that says which message it means, whatever else is wrong with it. */
const addressedMessage = z.looseObject({ type: z.literal('message'), id: z.string(), roomId: idSchema });

export function readClientFrame(data: unknown, isBinary: boolean): ReadFrame {
  const value = isBinary || !Buffer.isBuffer(data) ? undefined : parseJson(data.toString());
  const parsed = clientFrameSchema.safeParse(value);
  if (parsed.success) return { kind: 'frame', frame: parsed.data };
  const message = addressedMessage.safeParse(value);
  if (message.success) return { kind: 'refused', id: message.data.id, problem: invalidFields(parsed.error) };
  return { kind: 'bad' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
