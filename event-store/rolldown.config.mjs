/** The program as one file: Node spends most of a start on finding and linking a few hundred small ones. */
export default {
  input: 'dist/main.js',
  platform: 'node',
  external: ['@grpc/grpc-js', 'lmdb'],
  output: { file: 'dist/bundle/main.js', format: 'esm' },
};
