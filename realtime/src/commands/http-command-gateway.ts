import { Agent, request, type IncomingMessage } from 'node:http';
import { Problem, commandAnswer, problemSchema } from '@verbatim/shared';
import type { CommandCaller, CommandGateway, CommandOutcome } from './command-gateway.ts';

/** The command-api itself bounds a command to less. */
const answerWithinMs = 15_000;
const maxConnections = 256;
const maxAnswerBytes = 64 * 1024;

/** Gives commands to a command-api over HTTP, on connections that are kept. */
export function createHttpCommandGateway(commandApiUrl: string): CommandGateway {
  const agent = new Agent({ keepAlive: true, maxSockets: maxConnections });
  const base = new URL(commandApiUrl);

  const give = async (
    caller: CommandCaller,
    method: string,
    path: string,
    body: unknown,
  ): Promise<CommandOutcome> => {
    const url = new URL(path, base);
    const text = JSON.stringify(body);
    try {
      return outcomeOf(await exchangeOnFresh(agent, url, caller, method, text));
    } catch (cause) {
      const code = isNeverSent(cause) ? 'unavailable' : 'outcome-unknown';
      return { accepted: false, problem: new Problem(code, { cause }).toDetails() };
    }
  };
  return {
    sendMessage: (caller, roomId, message) => give(caller, 'POST', `/chat/rooms/${roomId}/messages`, message),
    markRead: (caller, roomId, seq) => give(caller, 'PUT', `/chat/rooms/${roomId}/read`, { seq }),
    stop: () => agent.destroy(),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A kept connection may have been closed at that moment; what is sent again is the same command. */
async function exchangeOnFresh(...exchanged: Parameters<typeof exchange>): Promise<Answer> {
  try {
    return await exchange(...exchanged);
  } catch (error) {
    if (!isStaleConnection(error)) throw error;
    return exchange(...exchanged);
  }
}

function exchange(
  agent: Agent,
  url: URL,
  { token, ip, userAgent }: CommandCaller,
  method: string,
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      agent,
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-forwarded-for': ip,
        'user-agent': userAgent,
      },
      timeout: answerWithinMs,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${answerWithinMs} ms`)));
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      readBody(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject);
    });
    outgoing.end(body);
  });
}

async function readBody(response: IncomingMessage): Promise<unknown> {
  let text = '';
  response.setEncoding('utf8');
  for await (const piece of response) {
    text += String(piece);
    if (text.length > maxAnswerBytes) throw new Error('the answer is too long');
  }
  return JSON.parse(text);
}

function outcomeOf({ status, body }: Answer): CommandOutcome {
  if (status < 300) return { accepted: true, position: commandAnswer.parse(body).position };
  return { accepted: false, problem: problemSchema.parse(body) };
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
const isStaleConnection = (error: unknown): boolean =>
  hasCode(error, 'ECONNRESET') || hasCode(error, 'EPIPE');
/** Nothing listened: the command cannot have been carried out. */
const isNeverSent = (error: unknown): boolean => hasCode(error, 'ECONNREFUSED');
