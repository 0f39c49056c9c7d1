/** Bounds of what people may send; lengths in code points. */
export const limits = {
  messageCharacters: 16_384,
  roomNameCharacters: 80,
  roomTopicCharacters: 250,
  roomDescriptionCharacters: 1_000,
  displayNameCharacters: 80,
  organizationNameCharacters: 80,
  emailCharacters: 254,
  passwordMinCharacters: 8,
  passwordMaxCharacters: 256,
  reasonCharacters: 1_000,
  holdNameCharacters: 120,
  /** People, or rooms, that one legal hold names. */
  heldIds: 1_000,
  /** A hundred years: longer is for ever. */
  retentionDays: 36_500,
  emojiCharacters: 32,
  searchCharacters: 500,
  /** People named when a room is created. */
  initialParticipants: 500,
  pageItems: 200,
  defaultPageItems: 50,
  importItems: 1_000,
  /** A client further behind than this fetches the frames by HTTP. */
  resumeFrames: 500,
  frameBytes: 65_536,
  jsonDepth: 32,
} as const;
