import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { Plugin } from 'vite';

const textFile = /\.(?:js|css|html|svg|webmanifest)$/;
/** Smaller ones fit into the packets that they take anyway. */
const minBytes = 1_024;

/** Lays `NAME.br` and `NAME.gz` beside each file that a browser may ask for packed: packed once, and as well as can be. */
export function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = path.resolve(root, build.outDir);
    },
    closeBundle: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      for (const entry of entries) {
        const file = path.join(entry.parentPath, entry.name);
        if (!entry.isFile() || !textFile.test(file)) continue;
        const { size } = await stat(file);
        if (size < minBytes) continue;
        const brotli = createBrotliCompress({ params: { [constants.BROTLI_PARAM_SIZE_HINT]: size } });
        await pipeline(createReadStream(file), brotli, createWriteStream(`${file}.br`));
        await pipeline(createReadStream(file), createGzip({ level: 9 }), createWriteStream(`${file}.gz`));
      }
    },
  };
}
