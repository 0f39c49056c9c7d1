import { PostgresFault, startPostgres, type PostgresServer } from '@verbatim/postgres';
import type { PartLog } from '../logs/part-log.ts';
import { StartFault } from '../start-fault.ts';
import type { Part } from './part.ts';

interface PostgresPartOptions {
  readonly directory: string;
  readonly log: PartLog;
  /** Told the connection strings when Postgres is up for the first time; they stay the same from then on. */
  readonly onUrls: (urls: PostgresUrls) => void;
}

/** Of the role that owns everything, and of the one that only reads. */
type PostgresUrls = Pick<PostgresServer, 'url' | 'readerUrl'>;

/** The embedded Postgres as a part. Once up it keeps its port, since the other parts were told it. */
export function postgresPart({ directory, log, onUrls }: PostgresPartOptions): Part {
  let port: number | undefined;
  return {
    name: 'Postgres',
    start: async (signal) => {
      const server = await startPostgres({
        directory,
        signal,
        onLog: (line) => log.write(line),
        ...(port === undefined ? {} : { port }),
      }).catch((error: unknown) => {
        if (error instanceof PostgresFault && port === undefined)
          throw new StartFault(error.message, { cause: error });
        throw error;
      });
      if (port === undefined) onUrls(server);
      port = server.port;
      return {
        ended: server.exited.then(({ code, signal: by }) =>
          by === null ? `exit code ${code ?? 'unknown'}` : `killed by ${by}`,
        ),
        stop: () => server.stop(),
        kill: () => server.kill(),
      };
    },
  };
}
