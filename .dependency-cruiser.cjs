// Holds the table of ARCHITECTURE.md: which folder may import which.

const { readFileSync } = require('node:fs');
const path = require('node:path');

const manifestOf = (folder) => JSON.parse(readFileSync(path.join(__dirname, folder, 'package.json'), 'utf8'));
const workspaces = manifestOf('.').workspaces;

/** The sources behind what each package.json exports; programs are exported as they are. */
const doors = workspaces.flatMap((folder) =>
  Object.values(manifestOf(folder).exports ?? {}).map(
    (door) => `^${path.join(folder, door['@verbatim/source'] ?? door).replaceAll('.', String.raw`\.`)}$`,
  ),
);

const services = ['command-api', 'projections', 'query-api', 'realtime'];
/** Tests, and what only tests stand on. */
const tests = String.raw`(\.test\.ts$|-fixture\.ts$|/src/testing/)`;
const ours = `^(${workspaces.join('|')})/`;

/** `folder` imports itself and `allowed`, and nothing else of ours; its tests may use the test support. */
const onlyImports = (folder, allowed, comment) => [
  {
    name: `${folder}-imports`,
    comment,
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: tests },
    to: { path: ours, pathNot: [folder, ...allowed].map((name) => `^${name}/`) },
  },
  {
    name: `${folder}-tests-import`,
    comment: `Tests of ${folder} see what ${folder} sees, and the test support.`,
    severity: 'error',
    from: { path: `^${folder}/.*${tests}` },
    to: { path: ours, pathNot: [folder, ...allowed, 'testing'].map((name) => `^${name}/`) },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...onlyImports('shared', [], 'shared imports nothing of ours.'),
    ...onlyImports('event-store', [], 'The event store is useful alone.'),
    ...onlyImports('postgres', [], 'The embedded Postgres is useful alone.'),
    ...onlyImports('testing', ['postgres', 'event-store'], 'Tests run on the real embedded parts.'),
    ...services.flatMap((name) => onlyImports(name, ['shared'], 'No service imports another.')),
    ...onlyImports('web', ['shared'], 'The page knows the wire and nothing behind it.'),
    ...onlyImports('cli', ['shared'], 'Command lines use the outside interfaces and the stores.'),
    ...onlyImports(
      'standalone',
      [...services, 'shared', 'event-store', 'postgres', 'cli'],
      'npm start composes the services; the built page it serves as files; restore verifies as the command line does.',
    ),
    ...onlyImports(
      'bench',
      ['shared', 'testing', 'postgres', 'query-api'],
      'Measurements speak the wire from outside; what they take apart they start or call themselves.',
    ),
    ...onlyImports('e2e', ['shared', 'testing'], 'Tests of the whole speak the wire from outside.'),
    {
      name: 'web-through-browser-entry',
      comment: 'The page may not pull in what runs on servers only.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^shared/', pathNot: String.raw`^shared/src/browser\.ts$` },
    },
    {
      name: 'verify-trusts-nobody',
      comment: 'The off-line verifier stands alone, so that an auditor can read all of it.',
      severity: 'error',
      from: { path: '^cli/src/verify/', pathNot: tests },
      to: { path: ours, pathNot: ['^cli/src/verify/', String.raw`^shared/src/record/hash-definition\.ts$`] },
    },
    {
      name: 'one-door',
      comment: 'Other workspaces are entered by their package name, never by a path into them.',
      severity: 'error',
      from: { path: '^([^/]+)/' },
      to: { path: ours, pathNot: ['^$1/', ...doors] },
    },
    {
      name: 'no-cycles',
      comment: 'Components that draw trees are the exception: they contain themselves.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'], pathNot: String.raw`\.svelte$` } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: String.raw`(^|/)(dist|node_modules)/` },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@verbatim/source', 'svelte', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.svelte', '.json', '.d.ts'],
    },
  },
};
