// The keys that models.json may have, wherever they stand: what somebody may have meant who wrote another one.

import { readFileSync } from 'node:fs';
import { parseJson } from '../../src/lib/util/json.ts';
import { nearest } from '../../src/lib/util/nearest.ts';
import { someOf } from '../../src/lib/util/sentences.ts';

/** Made from the schema that the app checks with (npm run schema). */
const SCHEMA = new URL('../../models.schema.json', import.meta.url);

/** Shorter ones are the ends of too many. */
const LONG_ENOUGH = 5;

/**
 * What to do about a key that is not known where it stands; null where it is like none.
 * @param place of the key in the file: `models[0].container.memroyGB`.
 */
export function remedyForKey(place: string): string | null {
  const written = /[^.]*$/.exec(place)?.[0] ?? '';
  const known = keysOf(parseJson(readFileSync(SCHEMA, 'utf8')), '');
  const homes = new Set(known.filter(({ key }) => key === written).map(({ home }) => home));
  if (homes.size > 0 && place.includes('.lastResort.'))
    return 'A last resort is a container group that the app makes: write its `image`, and what else it has (docs/models.md).';
  if (homes.size > 0) return `Expected: none of that name here; it belongs in ${someOf([...homes]).join(' or ')}.`;
  const keys = known.map(({ key }) => key);
  const whole = keys.find((key) => key.length > written.length && key.toLowerCase().endsWith(written.toLowerCase()));
  const meant = nearest(written, keys) ?? (written.length < LONG_ENOUGH ? null : (whole ?? null));
  if (meant === null) return null;
  // In an entry there are many; in the file itself two.
  return `${place === written ? 'Expected:' : 'There is'} none of that name; did you mean \`${meant}\`?`;
}

interface Known {
  readonly key: string;
  /** What has it, in words. */
  readonly home: string;
}

/** @param owner the key whose value the schema describes; empty for the file. */
function keysOf(schema: unknown, owner: string): readonly Known[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, inner]: [string, unknown]) =>
    name === 'properties' && typeof inner === 'object' && inner !== null
      ? Object.entries(inner).flatMap(([key, of]) => [{ key, home: homeOf(owner) }, ...keysOf(of, key)])
      : keysOf(inner, owner),
  );
}

function homeOf(owner: string): string {
  if (owner === '') return 'the file itself, beside `models`';
  return owner === 'models' || owner === 'jobs' ? `an entry of \`${owner}\`` : `\`${owner}\``;
}
