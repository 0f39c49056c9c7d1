import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { RequestHandler } from 'express';

const endings = { br: '.br', gzip: '.gz' } as const;
const encodings = Object.keys(endings) as (keyof typeof endings)[];

/**
 * Files that the build has packed beforehand go out packed to whoever accepts that. For a handler of static files
 * behind it: it leaves the address of the packed file, and the type of what is in it.
 */
export function packedFiles(built: string): RequestHandler {
  const files = new Set(
    existsSync(built)
      ? readdirSync(built, { recursive: true, encoding: 'utf8' }).map(
          (file) => `/${file.split(path.sep).join('/')}`,
        )
      : [],
  );
  return (request, response, next) => {
    const { path: address } = request;
    const offered = encodings.filter((encoding) => files.has(`${address}${endings[encoding]}`));
    if (offered.length > 0) {
      response.vary('Accept-Encoding');
      const encoding = encodings.find((one) => one === request.acceptsEncodings(...offered));
      if (encoding !== undefined) {
        response.set('Content-Encoding', encoding).type(path.posix.extname(address));
        request.url = `${address}${endings[encoding]}`;
      }
    }
    next();
  };
}
