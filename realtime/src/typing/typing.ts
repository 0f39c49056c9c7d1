import type { PeerMessage } from '@verbatim/shared';
import { Subject, debounceTime, groupBy, mergeMap, throttleTime } from 'rxjs';
import type { RoomRegistry } from '../rooms/room-registry.ts';
import { encodeFrame } from '../wire/encode-frame.ts';

interface TypingPerson {
  readonly organizationId: string;
  readonly roomId: string;
  readonly userId: string;
}

export interface Typing {
  /** Somebody connected here types. */
  here(typing: TypingPerson): void;
  /** Somebody connected to another relay types. */
  elsewhere(typing: TypingPerson): void;
  stop(): void;
}

/** However many devices say it how often, others are told once in this time. */
const oncePerMs = 1_000;

export function createTyping(rooms: RoomRegistry, tellPeers: (message: PeerMessage) => void): Typing {
  const said = new Subject<TypingPerson>();
  const show = ({ roomId, userId }: TypingPerson): void =>
    rooms.get(roomId)?.sendMomentary(encodeFrame({ type: 'typing', roomId, userId }), userId);
  const telling = said
    .pipe(
      groupBy(({ roomId, userId }) => `${roomId}/${userId}`, {
        duration: (ofOne) => ofOne.pipe(debounceTime(2 * oncePerMs)),
      }),
      // What is said in between is told late and not dropped: a message was sent meanwhile perhaps, and another begun.
      mergeMap((ofOne) => ofOne.pipe(throttleTime(oncePerMs, undefined, { leading: true, trailing: true }))),
    )
    .subscribe((typing) => {
      show(typing);
      tellPeers({ kind: 'typing', ...typing });
    });
  return { here: (typing) => said.next(typing), elsewhere: show, stop: () => telling.unsubscribe() };
}
