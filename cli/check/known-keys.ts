// The keys that models.json may have, wherever they stand: what somebody may have meant who wrote another one.

import { readFileSync } from 'node:fs';
import { parseJson } from '../../src/lib/util/json.ts';
import { nearest } from '../../src/lib/util/nearest.ts';

/** Made from the schema that the app checks with (npm run schema). */
const SCHEMA = new URL('../../models.schema.json', import.meta.url);

/** @param place of the key in the file: `models[0].container.memroyGB`. */
export function nearestKey(place: string): string | null {
  return nearest(/[^.]*$/.exec(place)?.[0] ?? '', keysOf(parseJson(readFileSync(SCHEMA, 'utf8'))));
}

function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const properties: unknown = Reflect.get(schema, 'properties');
  const own = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap(keysOf)];
}
