import { statfs, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Magic numbers of Linux's file systems that lie on other machines. */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xfe534d42: 'SMB',
  0xff534d42: 'CIFS',
  0x01021997: '9P',
  0x00c36400: 'CephFS',
  0x5346414f: 'AFS',
  0x73757245: 'Coda',
  0x47504653: 'GPFS',
  0x0bd00bd0: 'Lustre',
  0x7461636f: 'OCFS2',
  0x01161970: 'GFS2',
};

/** The name of the network file system with this number, or undefined if it is none. */
export function networkFileSystem(type: number): string | undefined {
  return NETWORK_FILE_SYSTEMS[type];
}

/** Maps of files on other machines are not what this machine last wrote; locks there do not hold. */
export async function refuseNetworkFileSystem(directory: string): Promise<void> {
  const { type } = await statfs(directory);
  const name = networkFileSystem(type);
  if (name !== undefined) {
    throw new Error(`${directory} lies on ${name}; a store needs a disk of this machine`);
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const CHUNK_BYTES = 1024 * 1024;

/**
 * Whether so many more bytes cannot be written behind the end of the data, for want of room. LMDB reports a full disk and
 * a broken one by the same error; this tells them apart.
 */
export async function isDiskFull(directory: string, endOfData: number, bytes: number): Promise<boolean> {
  const file = join(directory, 'room-check');
  try {
    const handle = await open(file, 'w');
    try {
      const chunk = Buffer.alloc(CHUNK_BYTES, 1);
      for (let written = 0; written < bytes; written += chunk.length) {
        await handle.write(chunk, 0, chunk.length, endOfData + written);
      }
      await handle.datasync();
    } finally {
      await handle.close();
    }
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && FULL.has(String(error.code));
  } finally {
    await rm(file, { force: true });
  }
}
