/** The protocol's Empty. grpc-js takes a request that decodes to undefined for a missing one, hence an object. */
export const EMPTY_REQUEST = {};
export const EMPTY_RESPONSE: Buffer = Buffer.alloc(0);

export function decodeEmpty(): typeof EMPTY_REQUEST {
  return EMPTY_REQUEST;
}
