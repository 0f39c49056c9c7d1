import { expect, it } from 'vitest';
import { networkFileSystem, refuseNetworkFileSystem } from './file-system.ts';
import { temporaryDirectory } from '../testing/test-store.ts';

it.each([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0xef53, undefined],
  [0x01021994, undefined],
])('file system %i is %s', (type, name) => {
  expect(networkFileSystem(type)).toBe(name);
});

it('a disk of this machine is accepted', async () => {
  await refuseNetworkFileSystem(temporaryDirectory());
});
