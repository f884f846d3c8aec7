// Regions that are not on the app's list: newer than that, or misspelt beyond recognition.

import { pathText } from '../../src/lib/config/models.ts';
import { isKnownRegion, region } from '../../src/lib/config/regions.ts';
import { type Finding, note } from './finding.ts';
import { type ModelsContent, placeOf, said } from './models-text.ts';

const HOW_TO_TELL = 'Look whether it is in `az account list-locations --query "[].name" --output tsv`.';

const unknown = (name: string): string =>
  `\`${name}\` is no region that this version knows. It may be newer; if it is misspelt, Azure refuses it in every round.`;

/** Those of models.json that could be one. */
export function unknownRegionsIn(of: ModelsContent): readonly Finding[] {
  return locationsIn(of.content).map(({ key, name }) =>
    note(said(key, of.content), unknown(name), HOW_TO_TELL, placeOf(of, key)),
  );
}

/** Those of settings. */
export function unknownRegionsOf(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): readonly Finding[] {
  return names.flatMap((name) => {
    const value = environment[name] || '';
    return couldBeOne(value) ? [note(`setting ${name}`, unknown(value), HOW_TO_TELL)] : [];
  });
}

/** What is plainly none has its fault. */
const couldBeOne = (name: string): boolean => region.safeParse(name).success && !isKnownRegion(name);

type Path = readonly (string | number)[];

function locationsIn(value: unknown, path: Path = []): { readonly key: string; readonly name: string }[] {
  if (typeof value === 'string')
    return path.at(-2) === 'locations' && couldBeOne(value) ? [{ key: pathText(path), name: value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => locationsIn(inner, [...path, key]));
}
