import type { Caller } from '@verbatim/shared';
import type { RecordServices } from '../record-services.ts';
import type { AskedRoom } from './audited-route.ts';
import { roomFacts } from './room-facts.ts';

/** For questions whose address names the room. */
export async function roomInPath({
  caller,
  parameters,
  services,
}: {
  readonly caller: Caller;
  readonly parameters: { readonly roomId: string };
  readonly services: RecordServices;
}): Promise<AskedRoom> {
  const { roomId } = parameters;
  const facts = await roomFacts(services.sources.record, caller.organizationId, roomId);
  return { kind: 'room', roomId, facts };
}
