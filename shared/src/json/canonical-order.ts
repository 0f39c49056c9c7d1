/**
 * The value with the keys of all its objects in the order of RFC 8785, so that `JSON.stringify` writes its canonical
 * bytes; the value itself where it is so already. Much cheaper than writing and reading the canonical text.
 * @throws TypeError for what has no canonical form: lone surrogates, NaN, infinities, functions, bigints, cycles, and
 * keys that look like numbers, which JavaScript moves to the front.
 */
export function inCanonicalOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return inOrder(value, 0);
  if (ordered.has(value)) return value;
  const result = inOrder(value, 0);
  if (typeof result === 'object' && result !== null) ordered.add(result);
  return result;
}

/** What is ordered when an event is sealed is asked for again when it is stored. */
const ordered = new WeakSet();

function inOrder(value: unknown, depth: number): unknown {
  if (depth > maxDepth) throw new TypeError('the value is too deep, or contains itself');
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no canonical form');
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical form`);
      return value;
    case 'boolean':
    case 'undefined': // left out by JSON.stringify, like everywhere
      return value;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? arrayInOrder(value, depth) : objectInOrder(value, depth);
    default:
      throw new TypeError(`a ${typeof value} has no canonical form`);
  }
}

const maxDepth = 64;
const looksLikeIndex = /^(?:0|[1-9]\d*)$/;

function arrayInOrder(items: readonly unknown[], depth: number): readonly unknown[] {
  const ordered = items.map((item) => inOrder(item, depth + 1));
  return ordered.every((item, index) => item === items[index]) ? items : ordered;
}

function objectInOrder(value: object, depth: number): object {
  if ('toJSON' in value) throw new TypeError('only plain values have a canonical form');
  const entries: [string, unknown][] = Object.entries(value);
  let isInOrder = true;
  let previous = '';
  for (const entry of entries) {
    const [key, inner] = entry;
    if (looksLikeIndex.test(key)) throw new TypeError(`the key ${key} cannot be kept in order`);
    if (!key.isWellFormed()) throw new TypeError('a lone surrogate has no canonical form');
    if (key < previous) isInOrder = false;
    previous = key;
    entry[1] = inOrder(inner, depth + 1);
    if (entry[1] !== inner) isInOrder = false;
  }
  if (isInOrder) return value;
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
