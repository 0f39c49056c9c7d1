/** The test vectors that Certificate Transparency's own implementations publish for RFC 6962 trees. */
export const publishedLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));

/** By tree size, from 1 to 8. */
export const publishedRoots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const node = {
  leaf0: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  leaf1: '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  leaf4: 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  leaves0to1: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  leaves2to3: '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  leaves4to5: '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  leaves6to7: 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  leaves0to3: 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  leaves4to7: '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
};

/** Leaf indexes count from 0. */
export const publishedInclusionProofs = [
  { leafIndex: 0, treeSize: 1, hashes: [] },
  { leafIndex: 0, treeSize: 8, hashes: [node.leaf1, node.leaves2to3, node.leaves4to7] },
  { leafIndex: 5, treeSize: 8, hashes: [node.leaf4, node.leaves6to7, node.leaves0to3] },
  { leafIndex: 2, treeSize: 3, hashes: [node.leaves0to1] },
  { leafIndex: 1, treeSize: 5, hashes: [node.leaf0, node.leaves2to3, node.leaf4] },
];

export const publishedConsistencyProofs = [
  { from: 1, to: 1, hashes: [] },
  { from: 1, to: 8, hashes: [node.leaf1, node.leaves2to3, node.leaves4to7] },
  { from: 6, to: 8, hashes: [node.leaves4to5, node.leaves6to7, node.leaves0to3] },
  { from: 2, to: 5, hashes: [node.leaves2to3, node.leaf4] },
];
