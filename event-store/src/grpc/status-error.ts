import { Metadata, type status } from '@grpc/grpc-js';

const ASCII = /^[\x20-\x7e]*$/;

/** An answer that is an error of the protocol: a status, its text, and the trailers by which clients know it. */
export class StatusError extends Error {
  override name = 'StatusError';
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;

  constructor(code: status, details: string, trailers: Readonly<Record<string, string>> = {}) {
    super(details);
    this.code = code;
    this.details = details;
    this.metadata = new Metadata();
    for (const [key, value] of Object.entries(trailers)) this.metadata.set(key, asciiTrailer(value));
  }
}

/** Trailers carry ASCII only; names in other scripts go percent-encoded. */
function asciiTrailer(value: string): string {
  return ASCII.test(value) ? value : encodeURIComponent(value);
}
