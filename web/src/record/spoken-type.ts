/** `MessageSent` as people say it: `Message sent`. */
export const spokenType = (type: string): string =>
  type.replace(/(?<=[a-z])([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
