import type { PeerMessage } from '@verbatim/shared';
import { Subject, filter, groupBy, merge, mergeMap, take, timer } from 'rxjs';
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
  /** Their message is here: that typing is over, and what they type now is told anew. */
  over(person: Pick<TypingPerson, 'roomId' | 'userId'>): void;
  stop(): void;
}

/** However many devices say it how often, others are told once in this time. */
const oncePerMs = 1_000;

export function createTyping(rooms: RoomRegistry, tellPeers: (message: PeerMessage) => void): Typing {
  const said = new Subject<TypingPerson>();
  const overs = new Subject<string>();
  const keyOf = ({ roomId, userId }: Pick<TypingPerson, 'roomId' | 'userId'>) => `${roomId}/${userId}`;
  const show = ({ roomId, userId }: TypingPerson): void =>
    rooms.get(roomId)?.sendMomentary(encodeFrame({ type: 'typing', roomId, userId }), userId);
  const telling = said
    .pipe(
      groupBy((person) => keyOf(person), {
        duration: ({ key }) => merge(timer(oncePerMs), overs.pipe(filter((over) => over === key))),
      }),
      mergeMap((window) => window.pipe(take(1))),
    )
    .subscribe((typing) => {
      show(typing);
      tellPeers({ kind: 'typing', ...typing });
    });
  return {
    here: (typing) => said.next(typing),
    elsewhere: show,
    over: (person) => overs.next(keyOf(person)),
    stop: () => telling.unsubscribe(),
  };
}
