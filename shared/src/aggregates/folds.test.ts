import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { eventCatalogue, eventNames, type DomainEvent } from '../events/catalogue.ts';
import type { Category } from '../events/event-type.ts';
import type { Folding } from './fold.ts';
import { message } from './message.ts';
import { organization } from './organization.ts';
import { reading } from './reading.ts';
import { room } from './room.ts';
import { user } from './user.ts';

/** The part of JSON Schema that the schemas of events come to. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Few texts and numbers, so that events are about the same things. */
const text = fc.constantFrom('a', 'b', 'c', '2026-11-22T10:00:00.000Z');
const integer = fc.integer({ min: 0, max: 4 });

function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(arbitraryOf));
  if (typeof schema.type === 'object')
    return fc.oneof(...schema.type.map((type) => arbitraryOf({ ...schema, type })));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'string':
      return text;
    case 'integer':
      return integer;
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}), { maxLength: 3 });
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [
        name,
        arbitraryOf(field),
      ]);
      return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
        requiredKeys: [...(schema.required ?? [])],
      });
    }
    default:
      throw new TypeError(`no values are known for ${JSON.stringify(schema)}`);
  }
}

const fieldsOf = (schema: z.ZodType): fc.Arbitrary<unknown> =>
  arbitraryOf(z.toJSONSchema(schema) as JsonSchema);

/** Every event of a category that its schema allows, its content there, erased or expired. */
function eventsOf(category: Category): fc.Arbitrary<readonly DomainEvent[]> {
  const ofCategory = eventNames.filter((name) => eventCatalogue[name].category === category);
  const event = fc.oneof(
    ...ofCategory.map((type) => {
      const { data, sealed } = eventCatalogue[type];
      if (sealed === undefined) return fc.record({ type: fc.constant(type), data: fieldsOf(data) });
      const content = fc.oneof(
        fc.record({ status: fc.constant('present'), fields: fieldsOf(sealed) }),
        fc.record({ status: fc.constantFrom('erased', 'expired') }),
      );
      return fc.record({ type: fc.constant(type), data: fieldsOf(data), content });
    }),
  );
  return fc.array(event, { maxLength: 40 }) as unknown as fc.Arbitrary<readonly DomainEvent[]>;
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

const folds = { organization, user, room, message, reading };

describe.each(Object.keys(folds) as (keyof typeof folds)[])('the fold of %s events', (category) => {
  const folding = folds[category] as unknown as Folding<unknown, DomainEvent>;
  const { initial } = folding;
  const fold = (state: unknown, events: readonly DomainEvent[]) => folding.fold(state, events);

  test('takes every event that can stand in a stream, in any order, and changes neither it nor the state before', () => {
    fc.assert(
      fc.property(eventsOf(category), (events) => {
        const before = structuredClone(fold(initial, events));
        const state = fold(initial, frozen(events));
        fold(state, events);
        expect(state).toEqual(before);
      }),
    );
  });

  test('comes to the same however the events are cut into batches', () => {
    fc.assert(
      fc.property(eventsOf(category), fc.nat(40), (events, cut) => {
        const whole = fold(initial, events);
        expect(fold(fold(initial, events.slice(0, cut)), events.slice(cut))).toEqual(whole);
        expect(events.reduce((state, event) => fold(state, [event]), initial)).toEqual(whole);
      }),
    );
  });
});
