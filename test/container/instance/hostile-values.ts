import fc from 'fast-check';

/** Deeply nested lists or objects, as a value. */
function nested(depth: number, list: boolean): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level += 1) value = list ? [value] : { a: value };
  return value;
}

/** An object whose key is really called `__proto__`, as JSON.parse makes it. */
function withProtoKey(value: unknown): unknown {
  return JSON.parse(`{"__proto__":${JSON.stringify(value)},"constructor":{"prototype":{"polluted":true}}}`);
}

/** Text that has broken programs before: unpaired surrogates, control characters, markup, paths, format strings, keys of prototypes. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '\ud800',
    'a\udfffb',
    '\u0000',
    '\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    '../../etc/passwd',
    'a/b?api_key=x&c#d',
    '%2e%2e%2f%00',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'NaN',
    '-0',
    '1e999',
    '0x10',
    '9'.repeat(400),
    '\u2028\u2029\ufeff',
    '🚀'.repeat(50),
    `<script>${'x'.repeat(20)}</script>`,
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.integer({ min: 1_000, max: 120_000 }).map((length) => 'ü'.repeat(length)),
);

/** Numbers at the edges of what a number can be. */
export const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e21, 1e308, 5e-324, Number.MAX_SAFE_INTEGER),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any JSON value, and the nastier ones more often than chance would have it. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.jsonValue({ maxDepth: 4 }), weight: 4 },
  { arbitrary: hostileText, weight: 3 },
  { arbitrary: hostileNumber, weight: 2 },
  { arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], [null], ''), weight: 2 },
  {
    arbitrary: fc.tuple(fc.integer({ min: 50, max: 2_000 }), fc.boolean()).map(([depth, list]) => nested(depth, list)),
    weight: 1,
  },
  { arbitrary: fc.jsonValue({ maxDepth: 1 }).map(withProtoKey), weight: 1 },
);

/** Any object, sometimes with a key called `__proto__`. */
export const hostileObject: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.dictionary(
    fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('confirm', 'repeat', 'fields', 'cursor', 'limit')),
    hostileValue,
    {
      maxKeys: 6,
    },
  ),
  hostileValue.map(withProtoKey) as fc.Arbitrary<Record<string, unknown>>,
);

/** A valid object with one thing wrong, at any depth: a value replaced, wrapped or gone, or a key too many. */
export function nearly(valid: Record<string, unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .tuple(fc.nat(), hostileValue, fc.constantFrom('replace', 'remove', 'wrap', 'add'), hostileText)
    .map(([choice, value, how, key]) => mutate(structuredClone(valid), choice, value, how, key) as Record<string, unknown>);
}

type Mutation = 'replace' | 'remove' | 'wrap' | 'add';

function mutate(root: unknown, choice: number, value: unknown, how: Mutation, key: string): unknown {
  const places: { holder: Record<string, unknown>; name: string }[] = [];
  const visit = (holder: unknown) => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const name of Object.keys(holder)) {
      places.push({ holder: holder as Record<string, unknown>, name });
      visit((holder as Record<string, unknown>)[name]);
    }
  };
  visit(root);
  const place = places[choice % Math.max(1, places.length)];
  if (place === undefined || how === 'add') {
    // Not by assignment, which would set the prototype where the key is called so.
    Object.defineProperty(root, key, { value, enumerable: true, configurable: true, writable: true });
  } else if (how === 'remove') delete place.holder[place.name];
  else place.holder[place.name] = how === 'wrap' ? [place.holder[place.name]] : value;
  return root;
}
