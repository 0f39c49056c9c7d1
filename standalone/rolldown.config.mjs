/**
 * The processes of an instance, each as one file: Node spends most of a start on finding and linking a thousand small
 * ones, and whoever waits for a crashed process waits for that.
 */
export default {
  input: {
    'event-store': 'dist/processes/event-store.js',
    projections: 'dist/processes/projections.js',
    front: 'dist/processes/front.js',
  },
  platform: 'node',
  // What is native, and the drivers of databases that nobody here has.
  external: [
    'lmdb',
    'pg-native',
    /^mariadb/,
    ...['better-sqlite3', 'mysql', 'mysql2', 'oracledb', 'pg-query-stream', 'sqlite3', 'tedious'],
  ],
  output: { dir: 'dist/bundle', format: 'esm', cleanDir: true },
};
