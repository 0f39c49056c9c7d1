import { connect, type ConnectionOptions, type NatsConnection } from 'nats';

/** Subjects lead with the organization, so that relays can take those they serve alone. */
export const natsSubjects = {
  /** Frames, read markers and resets of a room. */
  room: (organizationId: string, roomId: string) => `frames.${organizationId}.${roomId}`,
  everyRoom: 'frames.*.*',
  /** What is about people and the directory. */
  organization: (organizationId: string) => `organizations.${organizationId}`,
  everyOrganization: 'organizations.*',
  /** A publisher came up: what it pushed while it was away, nobody got. */
  publishers: 'publishers',
  relays: 'relays',
} as const;

/**
 * One connection that does not come back by itself, so that nothing is queued without bound while NATS is away
 * and whoever holds it learns of the loss. A silent server is noticed within about ten seconds.
 */
export function connectToNats(url: string, name: string): Promise<NatsConnection> {
  return connect({
    ...serverAndCredentials(url),
    name,
    reconnect: false,
    noEcho: true,
    timeout: 5_000,
    pingInterval: 3_000,
    maxPingOut: 2,
  });
}

/** The client wants user and password beside the address, not in it. */
function serverAndCredentials(url: string): ConnectionOptions {
  const { protocol, host, username, password } = new URL(url);
  return {
    servers: host,
    ...(username !== '' && password === '' && { token: decodeURIComponent(username) }),
    ...(password !== '' && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    ...(protocol === 'tls:' && { tls: {} }),
  };
}
