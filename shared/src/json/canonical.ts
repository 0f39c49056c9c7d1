import canonicalize from 'canonicalize';

/** A JSON value; what events, metadata and canonical bytes are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * RFC 8785 canonical JSON: the same value always gives the same bytes.
 * @throws TypeError when the value has no canonical form (NaN, undefined at the top, lone surrogates).
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no canonical JSON form');
  return text;
}
