// The keys that models.json may have, wherever they stand: what somebody may have meant who wrote another one.

import { readFileSync } from 'node:fs';
import { parseJson } from '../../src/lib/util/json.ts';
import { nearest } from '../../src/lib/util/nearest.ts';

/** Made from the schema that the app checks with (npm run schema). */
const SCHEMA = new URL('../../models.schema.json', import.meta.url);

/** Shorter ones are the ends of too many. */
const LONG_ENOUGH = 5;

/**
 * What to do about a key that its place does not have; null where nothing is like it.
 * @param place of the key in the file: `models[0].container.memroyGB`.
 */
export function adviceOnKey(place: string): string | null {
  const written = /[^.]*$/.exec(place)?.[0] ?? '';
  const keys = keysOf(parseJson(readFileSync(SCHEMA, 'utf8')));
  if (keys.includes(written)) return elsewhere(place, written);
  const whole = keys.find((key) => key.length > written.length && key.toLowerCase().endsWith(written.toLowerCase()));
  const meant = nearest(written, keys) ?? (written.length < LONG_ENOUGH ? null : (whole ?? null));
  return meant === null ? null : `There is none of that name; did you mean \`${meant}\`?`;
}

/** Of a key that has its place elsewhere in the file. */
function elsewhere(place: string, key: string): string {
  if (place.includes('.lastResort.'))
    return 'A last resort is a container group that the app makes: write its `image`, and what else it has (README.md, "Your models").';
  if (key === 'schedule') return 'Only an entry of `jobs` has a schedule, beside its `container` (docs/jobs.md).';
  return `\`${key}\` has its place elsewhere in the file: README.md, "Your models".`;
}

function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const properties: unknown = Reflect.get(schema, 'properties');
  const own = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap(keysOf)];
}
