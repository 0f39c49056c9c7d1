/** Why Postgres cannot run here; the message is one line for the person who starts it. */
export class PostgresFault extends Error {
  override readonly name = 'PostgresFault';
}
