import { COMPATIBLE_VERSION } from '../cluster/server-features-service.ts';
import type { Endpoint } from '../cluster/gossip-service.ts';
import { demand, type Access } from '../security/access.ts';
import type { HttpAnswer, Route } from './http-server.ts';

/** The number by which EventStoreDB's answer to a ping is known. */
const PING_MESSAGE = 12;

export interface NodeInfo {
  readonly instanceId: string;
  endpoint(): Endpoint;
  /** Figures of the running server, by name. */
  stats(): Readonly<Record<string, string>>;
}

/** Paths that tell whether the server lives and how it does. */
export function infoRoutes(node: NodeInfo, access: Access): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/ping$/,
      handle: () => json({ msgTypeId: PING_MESSAGE, text: 'Ping request successfully handled' }),
    },
    { method: 'GET', path: /^\/health\/live$/, handle: () => ({ status: 204 }) },
    {
      method: 'GET',
      path: /^\/info$/,
      handle: () => json({ esVersion: COMPATIBLE_VERSION, state: 'leader' }),
    },
    {
      method: 'GET',
      path: /^\/gossip$/,
      handle: () => {
        const { host, port } = node.endpoint();
        const member = { instanceId: node.instanceId, state: 'Leader', isAlive: true };
        return json({ members: [{ ...member, httpEndPointIp: host, httpEndPointPort: port }] });
      },
    },
    {
      method: 'GET',
      path: /^\/stats$/,
      handle: ({ user }) => {
        demand(access.isSignedIn(user));
        return json(node.stats());
      },
    },
  ];
}

function json(content: unknown): HttpAnswer {
  return { status: 200, body: JSON.stringify(content), contentType: 'application/json' };
}
