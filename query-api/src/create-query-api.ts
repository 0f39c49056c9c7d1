import { createTokenVerifier, type Logger, type ReadinessCheck, type SigningKeys } from '@verbatim/shared';
import { Router } from 'express';
import { watchPositions, type Positions } from './consistency/positions.ts';
import { createAuthenticate, type Authenticate } from './http/authenticate.ts';
import { queryRouter } from './http/query-router.ts';
import { queryRoutes } from './query-routes.ts';
import { recordPart, type RecordOptions } from './record/record-part.ts';
import { readModelCheck } from './sources/read-model-check.ts';
import { openReadSources, type ReadSources } from './sources/read-sources.ts';

export interface QueryApiOptions {
  /** Of a role that may write: the vault gets the keys of a look at the record and of an export. */
  readonly databaseUrl: string;
  /** Of a role that may only read; all questions go there. Left out, `databaseUrl` is asked. */
  readonly readerUrl?: string | undefined;
  readonly signingKeys: SigningKeys;
  readonly logger: Logger;
  /** What answering for the record takes; left out, nothing of `/audit` is answered here. */
  readonly record?: RecordOptions;
}

export interface QueryApi {
  /** Answers what it knows and lets the rest fall through. */
  readonly router: Router;
  readonly readiness: readonly ReadinessCheck[];
  stop(): Promise<void>;
}

/** What every part of the query API stands on. */
export interface QueryServices extends QueryApiOptions {
  readonly sources: ReadSources;
  readonly authenticate: Authenticate;
  readonly positions: Positions;
}

/** What is more than a question with one answer (streams, jobs, appends) is a part with a router of its own. */
type QueryPart = (services: QueryServices) => Promise<QueryApi>;

const questions: QueryPart = (services) =>
  Promise.resolve({
    router: queryRouter({ ...services, routes: queryRoutes }),
    readiness: (['chat', 'directory'] as const).map((name) => readModelCheck(services.sources, name)),
    stop: () => Promise.resolve(),
  });

/** In the order in which they are asked. */
const parts: readonly QueryPart[] = [questions, recordPart];

/** Begins without Postgres and without read models; until they are there, questions are answered 503. */
export async function createQueryApi(options: QueryApiOptions): Promise<QueryApi> {
  const sources = openReadSources(options.readerUrl ?? options.databaseUrl);
  const verifier = createTokenVerifier(options.signingKeys.verification);
  const positions = watchPositions(sources);
  const services: QueryServices = {
    ...options,
    sources,
    authenticate: createAuthenticate(verifier, sources.gate),
    positions,
  };
  const started = await Promise.all(parts.map((part) => part(services)));
  return {
    router: started.reduce((router, part) => router.use(part.router), Router()),
    readiness: started.flatMap(({ readiness }) => readiness),
    stop: async () => {
      positions.stop();
      await Promise.all(started.map((part) => part.stop()));
      await sources.stop();
    },
  };
}
