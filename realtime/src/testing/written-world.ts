import { randomUUID } from 'node:crypto';
import { readFramesAt, type PushItem, type PushPublisher } from '@verbatim/shared';
import type pg from 'pg';

export interface WrittenPerson {
  readonly userId: string;
  readonly sessionId: string;
}

interface Change {
  /** False: as if the push were lost. */
  readonly isPushed?: boolean;
}

/** An organization as projectors write it: rows first, and after the commit the frames that they make. */
export class WrittenWorld {
  readonly organizationId = randomUUID();
  readonly #database: pg.Pool;
  readonly #publisher: PushPublisher;
  #position = 0;

  constructor(database: pg.Pool, publisher: PushPublisher) {
    this.#database = database;
    this.#publisher = publisher;
  }

  async person(displayName = 'Somebody'): Promise<WrittenPerson> {
    const [userId, sessionId] = [randomUUID(), randomUUID()];
    await this.#database.query(`INSERT INTO chat.person VALUES ($1, $2, $3, 'member', true)`, [
      this.organizationId,
      userId,
      displayName,
    ]);
    await this.#database.query(`INSERT INTO accounts.session VALUES ($1, $2, $3, NULL)`, [
      sessionId,
      this.organizationId,
      userId,
    ]);
    return { userId, sessionId };
  }

  async room(
    people: readonly WrittenPerson[],
    visibility: 'public' | 'private' = 'private',
  ): Promise<string> {
    const roomId = randomUUID();
    await this.#database.query(`INSERT INTO chat.room VALUES ($1, $2, $3, 0, 0, 0)`, [
      this.organizationId,
      roomId,
      visibility,
    ]);
    for (const person of people) await this.join(roomId, person);
    return roomId;
  }

  /** Many at once, each with one frame that the person has read; none is pushed. */
  async manyRooms({ userId }: WrittenPerson, count: number): Promise<void> {
    await this.#database.query(
      `WITH room AS (
         INSERT INTO chat.room
         SELECT $1, gen_random_uuid(), 'private', 1, 1, 0 FROM generate_series(1, $3::integer)
         RETURNING room_id),
       participant AS (INSERT INTO chat.participant SELECT $1, room_id, $2, 'member' FROM room)
       INSERT INTO chat.inbox SELECT $1, room_id, $2, 1 FROM room`,
      [this.organizationId, userId, count],
    );
  }

  async join(roomId: string, { userId }: WrittenPerson, change?: Change): Promise<number> {
    await this.#database.query(`INSERT INTO chat.participant VALUES ($1, $2, $3, 'member')`, [
      this.organizationId,
      roomId,
      userId,
    ]);
    await this.#countPeople(roomId);
    return this.#frame(roomId, 'participant_joined', userId, { userId, role: 'member' }, null, change);
  }

  /** As a marker of which nobody is told. */
  async read(roomId: string, { userId }: WrittenPerson, seq: number): Promise<void> {
    await this.#database.query(`INSERT INTO chat.inbox VALUES ($1, $2, $3, $4)`, [
      this.organizationId,
      roomId,
      userId,
      seq,
    ]);
  }

  async remove(roomId: string, { userId }: WrittenPerson, change?: Change): Promise<number> {
    await this.#database.query(
      `DELETE FROM chat.participant WHERE organization_id = $1 AND room_id = $2 AND user_id = $3`,
      [this.organizationId, roomId, userId],
    );
    await this.#countPeople(roomId);
    return this.#frame(roomId, 'participant_left', randomUUID(), { userId }, null, change);
  }

  async setVisibility(roomId: string, visibility: 'public' | 'private', change?: Change): Promise<number> {
    await this.#database.query(
      `UPDATE chat.room SET visibility = $3 WHERE organization_id = $1 AND room_id = $2`,
      [this.organizationId, roomId, visibility],
    );
    const details = { name: 'room', description: '', topic: '', visibility, archived: false };
    const fields = { ...details, settings: { posting: 'everyone' } };
    return this.#frame(roomId, 'room_changed', randomUUID(), fields, null, change);
  }

  async send(
    roomId: string,
    { userId }: WrittenPerson,
    text: string,
    { isPushed = true, id = randomUUID() }: Change & { readonly id?: string } = {},
  ): Promise<number> {
    const seq = await this.#nextSeq(roomId);
    this.#position += 1;
    await this.#database.query(
      `INSERT INTO chat.message VALUES ($1, $2, $3, $4, $5, $6, 'text', 'present', $7, '{}', false, now(), now())`,
      [this.organizationId, id, roomId, seq, this.#position, userId, text],
    );
    if (isPushed) await this.#pushFrames(roomId, [seq]);
    return seq;
  }

  /** Many at once, as an import makes them; none is pushed. */
  async sendMany(roomId: string, { userId }: WrittenPerson, count: number): Promise<void> {
    const first = (await this.#nextSeq(roomId, count)) - count + 1;
    await this.#database.query(
      `INSERT INTO chat.message
       SELECT $1, gen_random_uuid(), $2, seq, seq, $3, 'text', 'present', 'text ' || seq, '{}', false, now(), now()
       FROM generate_series($4::integer, $5::integer) AS seq`,
      [this.organizationId, roomId, userId, first, first + count - 1],
    );
  }

  /** Blanks what was written and raises the epoch, as an erasure does. */
  async erase(roomId: string, { isPushed = true }: Change = {}): Promise<number> {
    await this.#database.query(
      `UPDATE chat.message SET content = 'erased', text = NULL WHERE organization_id = $1 AND room_id = $2`,
      [this.organizationId, roomId],
    );
    const { rows } = await this.#database.query<{ epoch: number }>(
      `UPDATE chat.room SET epoch = epoch + 1 WHERE organization_id = $1 AND room_id = $2 RETURNING epoch`,
      [this.organizationId, roomId],
    );
    const epoch = rows[0]?.epoch ?? 0;
    if (isPushed) this.push({ kind: 'reset', organizationId: this.organizationId, roomId, epoch });
    return epoch;
  }

  async endSession({ userId, sessionId }: WrittenPerson, { isPushed = true }: Change = {}): Promise<void> {
    await this.#database.query(`UPDATE accounts.session SET ended_at = now() WHERE session_id = $1`, [
      sessionId,
    ]);
    if (isPushed)
      this.push({ kind: 'session-ended', organizationId: this.organizationId, userId, sessionId });
  }

  /** An erasure takes what they proved who they are by; nobody is told of that. */
  async forget({ userId }: WrittenPerson): Promise<void> {
    await this.#database.query(`DELETE FROM accounts.session WHERE user_id = $1`, [userId]);
  }

  async deactivate({ userId }: WrittenPerson, { isPushed = true }: Change = {}): Promise<void> {
    const { organizationId } = this;
    await this.#database.query(
      `UPDATE chat.person SET active = false WHERE organization_id = $1 AND user_id = $2`,
      [organizationId, userId],
    );
    if (isPushed) this.push({ kind: 'session-ended', organizationId, userId, sessionId: null });
  }

  push(...items: PushItem[]): void {
    this.#publisher.publish({ position: `${this.#position}`, items });
  }

  async #frame(
    roomId: string,
    type: string,
    actorId: string,
    fields: unknown,
    messageId: string | null,
    { isPushed = true }: Change = {},
  ): Promise<number> {
    const seq = await this.#nextSeq(roomId);
    this.#position += 1;
    await this.#database.query(`INSERT INTO chat.frame VALUES ($1, $2, $3, $4, $5, now(), $6, $7, $8)`, [
      this.organizationId,
      roomId,
      seq,
      this.#position,
      type,
      actorId,
      messageId,
      JSON.stringify(fields),
    ]);
    if (isPushed) await this.#pushFrames(roomId, [seq]);
    return seq;
  }

  async #pushFrames(roomId: string, seqs: readonly number[]): Promise<void> {
    const { organizationId } = this;
    const frames = await readFramesAt(
      this.#database,
      seqs.map((seq) => ({ organizationId, roomId, seq })),
    );
    this.push(...frames.map((frame): PushItem => ({ kind: 'frame', organizationId, frame })));
  }

  async #nextSeq(roomId: string, count = 1): Promise<number> {
    const { rows } = await this.#database.query<{ last_seq: number }>(
      `UPDATE chat.room SET last_seq = last_seq + $3 WHERE organization_id = $1 AND room_id = $2 RETURNING last_seq`,
      [this.organizationId, roomId, count],
    );
    return rows[0]?.last_seq ?? 0;
  }

  async #countPeople(roomId: string): Promise<void> {
    await this.#database.query(
      `UPDATE chat.room SET participant_count = (SELECT count(*) FROM chat.participant AS each
         WHERE each.organization_id = $1 AND each.room_id = $2)
       WHERE organization_id = $1 AND room_id = $2`,
      [this.organizationId, roomId],
    );
  }
}
