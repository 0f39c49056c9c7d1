import { PostgresFault, startPostgres } from '@verbatim/postgres';
import type { PartLog } from '../logs/part-log.ts';
import { StartFault } from '../start-fault.ts';
import type { Part } from './part.ts';

interface PostgresPartOptions {
  readonly directory: string;
  readonly log: PartLog;
  /** Told the connection string when Postgres is up for the first time; it stays the same from then on. */
  readonly onUrl: (url: string) => void;
}

/** The embedded Postgres as a part. Once up it keeps its port, since the other parts were told it. */
export function postgresPart({ directory, log, onUrl }: PostgresPartOptions): Part {
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
      if (port === undefined) onUrl(server.url);
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
