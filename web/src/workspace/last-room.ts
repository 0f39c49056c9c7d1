const key = (userId: string): string => `verbatim.last-room.${userId}`;

/** Where one was the last time; `/` leads there. */
export const lastRoomOf = (userId: string): string | null => localStorage.getItem(key(userId));
export const rememberRoom = (userId: string, roomId: string): void =>
  localStorage.setItem(key(userId), roomId);
