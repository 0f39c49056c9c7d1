import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { StatusError } from '../grpc/status-error.ts';
import type { Report } from '../report.ts';
import type { Authentication } from '../security/authentication.ts';
import type { Principal } from '../security/principal.ts';

/** A request with who makes it. */
export interface HttpRequest {
  readonly message: IncomingMessage;
  /** What the path's pattern has in parentheses, decoded. */
  readonly parameters: readonly string[];
  readonly user: Principal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  handle(request: HttpRequest): Promise<HttpAnswer> | HttpAnswer;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** The few paths that are spoken in HTTP/1.1. Everything else is answered `404 Not Found`. */
export function httpServer(routes: readonly Route[], authentication: Authentication, report: Report): Server {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (message, response) => {
    void answer(routes, authentication, message).then(
      (result) => send(response, result),
      (error: unknown) => send(response, answerTo(error, report)),
    );
  });
  return server;
}

async function answer(
  routes: readonly Route[],
  authentication: Authentication,
  message: IncomingMessage,
): Promise<HttpAnswer> {
  const { pathname } = new URL(message.url ?? '/', 'http://localhost');
  for (const route of routes) {
    const match = route.method === message.method ? route.path.exec(pathname) : null;
    if (!match) continue;
    const user = await authentication.authenticate({
      authorization: message.headers.authorization,
      certificateName: certificateName(message),
    });
    return route.handle({ message, user, parameters: match.slice(1).map(decodeParameter) });
  }
  return { status: 404 };
}

function decodeParameter(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    throw new StatusError(status.INVALID_ARGUMENT, 'The path is wrongly percent-encoded');
  }
}

function certificateName({ socket }: IncomingMessage): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate();
  // Without a certificate this is an empty object, whatever its type says.
  if (!('subject' in certificate)) return undefined;
  const commonName = certificate.subject.CN;
  return Array.isArray(commonName) ? commonName[0] : commonName;
}

function answerTo(error: unknown, report: Report): HttpAnswer {
  if (!(error instanceof StatusError)) {
    report('an HTTP request failed', error);
    return { status: 500 };
  }
  switch (error.code) {
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="verbatim-event-store"' } };
    case status.INVALID_ARGUMENT:
      return { status: 400, body: error.details };
    case status.FAILED_PRECONDITION:
      return { status: 410, body: error.details };
    case status.RESOURCE_EXHAUSTED:
      return { status: 507, body: error.details };
    case status.UNAVAILABLE:
    case status.ABORTED:
      return { status: 503, body: error.details, headers: { 'Retry-After': '1' } };
    default:
      return { status: 500, body: error.details };
  }
}

function send(response: ServerResponse, { status: code, body = '', contentType, headers }: HttpAnswer): void {
  response.writeHead(code, { 'Content-Type': contentType ?? 'text/plain; charset=utf-8', ...headers });
  response.end(body);
}
