import { z } from 'zod';
import { isLoopback } from './fields.ts';

export type ConfigurationResult<Configuration> =
  | { readonly ok: true; readonly configuration: Configuration }
  /** One line for each bad or missing variable; none repeats a value, which may be a secret. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** `EX_CONFIG` of sysexits: a supervisor need not try again. */
const badConfigurationExitCode = 78;

/** Reads the variables of `fields` from an environment. An empty variable counts as missing. */
export function readConfiguration<Fields extends z.core.$ZodShape>(
  fields: Fields,
  env: Readonly<Record<string, string | undefined>>,
): ConfigurationResult<z.output<z.ZodObject<Fields>>> {
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name in fields && value !== ''),
  );
  const parsed = z.object(fields).safeParse(given);
  const problems = parsed.error?.issues.map((issue) => describe(issue, given)) ?? [];
  if (
    'VERBATIM_RATE_LIMITS' in fields &&
    given.VERBATIM_RATE_LIMITS === 'off' &&
    !isLoopback(given.HOST ?? '127.0.0.1')
  )
    problems.push('VERBATIM_RATE_LIMITS: may be off only while HOST is a loopback address');
  return parsed.success && problems.length === 0
    ? { ok: true, configuration: parsed.data }
    : { ok: false, problems };
}

/** For `main.ts` alone: the configuration, or a line on stderr for each bad variable and exit code 78. */
export function exitOnBadConfiguration<Configuration>(
  result: ConfigurationResult<Configuration>,
): Configuration {
  if (result.ok) return result.configuration;
  for (const problem of result.problems) process.stderr.write(`Bad configuration: ${problem}\n`);
  process.exit(badConfigurationExitCode);
}

function describe(issue: z.core.$ZodIssue, given: Readonly<Record<string, string | undefined>>): string {
  const name = String(issue.path[0]);
  return given[name] === undefined ? `${name}: is required` : `${name}: ${issue.message}`;
}
