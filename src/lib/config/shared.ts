// What no two entries of `models.json` may have in common: a name, a container group, a slot.

import { isNumeraiId } from './numerai-models.ts';

interface Entry {
  readonly name: string;
  readonly tournament: string;
  readonly numeraiModels: readonly string[];
  readonly container: { readonly kind: 'group'; readonly group: string } | { readonly kind: 'image' };
}

interface Shared {
  readonly input: string;
  /** The second place. */
  readonly path: PropertyKey[];
  /** What is expected there; names the first place where that is not plain. */
  readonly expected: string;
}

/** All that stands in two places. */
export function shared(entries: readonly Entry[]): readonly Shared[] {
  const found: Shared[] = [];
  /** What is taken, and where. */
  const taken = new Map<string, string>();
  const own = (
    scope: string,
    input: string,
    path: PropertyKey[],
    place: string,
    expected: (first: string) => string,
  ) => {
    const key = `${scope} ${input}`;
    const first = taken.get(key);
    if (first === undefined) taken.set(key, place);
    else found.push({ input, path, expected: expected(first) });
  };
  for (const [index, { name, tournament, numeraiModels, container }] of entries.entries()) {
    own('name', name, [index, 'name'], name, () => 'a name of its own for each model');
    if (container.kind === 'group')
      own(
        'group',
        container.group,
        [index, 'container', 'group'],
        name,
        () => 'a container group of its own for each model',
      );
    for (const [slot, input] of numeraiModels.entries()) {
      // A name may be had once in each tournament.
      const scope = isNumeraiId(input) ? 'slot' : `slot of ${tournament}`;
      const place = `models[${index}].numeraiModels[${slot}] (${name})`;
      own(
        scope,
        input,
        [index, 'numeraiModels', slot],
        place,
        (first) => `a model that stands in one place only; it is in ${first} already`,
      );
    }
  }
  return found;
}
