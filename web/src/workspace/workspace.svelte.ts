import {
  createLiveClient,
  subprotocol,
  type LiveClient,
  type LiveEvent,
  type MeView,
  type MomentaryFrame,
} from '@verbatim/shared/browser';
import { createContext } from 'svelte';
import { HttpClient } from '../api/http-client.ts';
import { MessagesApi } from '../api/messages-api.ts';
import { PeopleApi } from '../api/people-api.ts';
import { RoomsApi } from '../api/rooms-api.ts';
import { Drafts } from '../composer/drafts.svelte.ts';
import { Announcements } from '../notifications/announcements.svelte.ts';
import { Directory } from '../people/directory.svelte.ts';
import { OpenRoom } from '../room/open-room.svelte.ts';
import type { Router } from '../routing/router.svelte.ts';
import { RoomList } from '../rooms/room-list.svelte.ts';
import type { Session } from '../session/session.svelte.ts';
import { Toasts } from '../ui/toasts.svelte.ts';
import { Connection } from './connection.svelte.ts';
import { RecentRooms } from './recent-rooms.ts';

/** Everything that a logged-in person's page holds, and the one place where what is heard is handed on. */
export class Workspace {
  readonly myId: string;
  readonly http: HttpClient;
  readonly rooms: RoomsApi;
  readonly messages: MessagesApi;
  readonly people: PeopleApi;
  readonly live: LiveClient;
  readonly connection: Connection;
  readonly list: RoomList;
  readonly directory: Directory;
  readonly drafts: Drafts;
  readonly toasts = new Toasts();
  readonly announcements: Announcements;
  readonly #session: Session;
  #open = $state.raw<OpenRoom | undefined>(undefined);
  /** The same, to be asked while a component goes: states then tell what they were before. */
  #shown: OpenRoom | undefined;
  readonly #recent = new RecentRooms();
  #directoryVersion = 0;

  constructor(session: Session, me: MeView) {
    const { tokens } = session;
    this.#session = session;
    this.myId = me.user.id;
    this.http = new HttpClient(tokens);
    this.rooms = new RoomsApi(this.http);
    this.messages = new MessagesApi(this.http);
    this.people = new PeopleApi(this.http, me.organization.id);
    this.live = createLiveClient({
      userId: me.user.id,
      tokens,
      openSocket: () => new WebSocket(socketUrl(), subprotocol),
      fetchFrames: (roomId, after) => this.rooms.frames(roomId, after),
      postMessage: (entry) => this.messages.send(entry),
      storage: localStorage,
      platform: { locks: navigator.locks, openChannel: (name) => new BroadcastChannel(name) },
      isOnline: () => navigator.onLine,
    });
    this.connection = new Connection(this.live);
    this.list = new RoomList(this.rooms, this.live, me.user.id);
    this.directory = new Directory(this.people);
    this.drafts = new Drafts(localStorage, me.user.id);
    this.announcements = new Announcements(this.list, this.directory, me.user.id);
  }

  get me(): MeView {
    const { me } = this.#session;
    if (me === undefined) throw new Error('nobody is logged in');
    return me;
  }

  get openRoom(): OpenRoom | undefined {
    return this.#open;
  }

  /** Runs until the returned function is called. */
  start(): () => void {
    const myPresence = () => (document.visibilityState === 'visible' ? 'online' : 'away');
    const hearing = this.live.events.subscribe((event) => this.#hear(event));
    const state = this.live.connection.subscribe(({ status }) => {
      if (status === 'signed-out') this.#session.ended();
      // The relay tells of others only.
      if (status === 'live') this.directory.setPresence(this.myId, myPresence());
      else this.directory.forgetPresence();
    });
    const onNetwork = () => this.live.network(navigator.onLine);
    const onVisibility = () => {
      this.live.setPresence(myPresence());
      if (this.connection.isLive) this.directory.setPresence(this.myId, myPresence());
      if (document.visibilityState === 'visible') onNetwork();
      else this.live.hurry();
    };
    const onLeaving = () => this.live.hurry();
    addEventListener('online', onNetwork);
    addEventListener('offline', onNetwork);
    addEventListener('pagehide', onLeaving);
    document.addEventListener('visibilitychange', onVisibility);
    void this.list.load();
    void this.directory.load();
    return () => {
      removeEventListener('online', onNetwork);
      removeEventListener('offline', onNetwork);
      removeEventListener('pagehide', onLeaving);
      document.removeEventListener('visibilitychange', onVisibility);
      hearing.unsubscribe();
      state.unsubscribe();
      this.#setAside();
      this.#recent.clear();
      this.connection.stop();
      this.live.stop();
    };
  }

  /** Shows a room, at a place in it when one is given. */
  showRoom(roomId: string, seq?: number): OpenRoom {
    if (this.#shown?.roomId === roomId) return this.#shown;
    this.#setAside();
    const kept = this.#recent.take(roomId);
    const room = kept ?? new OpenRoom(roomId, this);
    this.#open = this.#shown = room;
    if (kept === undefined) void room.load(seq);
    else kept.comeBack();
    return room;
  }

  /** The conversation with one person, made when there is none. */
  async openDirect(userId: string, router: Router): Promise<void> {
    try {
      const { id } = await this.rooms.create({ kind: 'direct', participantIds: [userId] });
      if (this.list.get(id) === undefined) await this.list.refresh(id);
      router.go({ page: 'room', roomId: id });
    } catch (fault) {
      this.toasts.showFault(fault);
    }
  }

  /** Its view is gone; by now another room may be shown. */
  leaveRoom(room: OpenRoom): void {
    if (this.#shown === room) this.#setAside();
  }

  #setAside(): void {
    if (this.#shown !== undefined) this.#recent.keep(this.#shown);
    this.#open = this.#shown = undefined;
  }

  #hear(event: LiveEvent): void {
    switch (event.type) {
      case 'frame':
        // Counts that are fetched again must not be older than this.
        this.http.hasSeen(event.frame.position);
        this.list.applyFrame(event.frame);
        if (this.#shown?.roomId === event.frame.roomId) this.#shown.applyFrame(event.frame);
        else this.#recent.applyFrame(event.frame);
        this.announcements.hear(event.frame, this.#shown?.roomId === event.frame.roomId);
        return;
      case 'momentary':
        this.#hearMomentary(event.frame);
        return;
      case 'ready':
        this.#tryAgain();
        this.list.stand(event.rooms);
        if (this.#directoryVersion !== event.directoryVersion) this.#reloadDirectory(event.directoryVersion);
        return;
      case 'reset':
        // What was said last may be what is gone.
        this.announcements.say('');
        this.#recent.drop(event.roomId);
        void this.list.refresh(event.roomId);
        if (this.#shown?.roomId === event.roomId) void this.#shown.reload();
        return;
      case 'gone':
        this.#roomGone(event.roomId);
        return;
      case 'problem':
        this.toasts.showProblem(event.problem);
    }
  }

  #hearMomentary(frame: MomentaryFrame): void {
    switch (frame.type) {
      case 'typing':
        if (this.#shown?.roomId === frame.roomId && frame.userId !== this.myId)
          this.#shown.typing.start(frame.userId);
        return;
      case 'presence':
        this.directory.setPresence(frame.userId, frame.status);
        return;
      case 'read':
        this.list.applyRead(frame.roomId, frame.userId, frame.readSeq);
        if (this.#shown?.roomId === frame.roomId) this.#shown.applyRead(frame.userId, frame.readSeq);
        return;
      case 'room_added':
        void this.list.refresh(frame.roomId);
        return;
      case 'room_removed':
        this.#roomGone(frame.roomId);
        return;
      case 'directory':
        this.#reloadDirectory(frame.version);
    }
  }

  /** What could not be fetched while there was no connection. */
  #tryAgain(): void {
    if (this.list.fault !== undefined) void this.list.load();
    if (this.directory.fault !== undefined) void this.directory.load();
    if (this.#shown?.hasFailed === true) void this.#shown.reload();
  }

  #roomGone(roomId: string): void {
    this.#recent.drop(roomId);
    this.list.remove(roomId);
    if (this.#shown?.roomId !== roomId) return;
    // Perhaps only left: a public channel can be read on.
    const room = this.#shown;
    void room.load().then(() => {
      if (this.#shown !== room) return;
      if (room.status !== 'ready' || this.list.get(roomId) === undefined) room.gone();
    });
  }

  #reloadDirectory(version: number): void {
    this.#directoryVersion = version;
    void this.directory.load();
    // One's own role may be what has changed.
    void this.#session.reload().catch(() => undefined);
  }
}

function socketUrl(): string {
  const url = new URL('/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export const [getWorkspace, provideWorkspace] = createContext<Workspace>();
