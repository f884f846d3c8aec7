// What no two entries of `models.json` may have in common: a name, a container group, a slot.

import type { CONTAINER_KINDS } from './container-schema.ts';
import { isNumeraiId } from './numerai-models.ts';

/** An entry. Where something in it is wrong, it may be as it was written: a job lacks then what only models have. */
interface Shareable {
  readonly name: string;
  readonly tournament?: string | null;
  readonly numeraiModels?: readonly string[];
  readonly container:
    | { readonly kind: 'group'; readonly group: string }
    | { readonly kind: Exclude<(typeof CONTAINER_KINDS)[number], 'group'> };
}

interface TakenTwice {
  readonly input: string;
  /** The second place. */
  readonly path: PropertyKey[];
  /** What is expected there, and the first place. */
  readonly expected: string;
}

/** All that stands in two places. */
export function takenTwice({
  models,
  jobs,
}: {
  readonly models: readonly Shareable[];
  readonly jobs: readonly Shareable[];
}): readonly TakenTwice[] {
  const found: TakenTwice[] = [];
  /** What is taken, and where. */
  const taken = new Map<string, string>();
  const own = (scope: string, input: string, path: PropertyKey[], place: string, expected: string) => {
    const key = `${scope} ${input}`;
    const first = taken.get(key);
    if (first === undefined) taken.set(key, place);
    else found.push({ input, path, expected: `${expected}; it is in ${first} already` });
  };
  for (const [list, entries] of Object.entries({ models, jobs })) {
    for (const [index, { name, tournament, numeraiModels = [], container }] of entries.entries()) {
      const place = `${list}[${index}]`;
      own('name', name, [list, index, 'name'], place, 'a name that no other model or job has');
      if (container.kind === 'group') {
        const path = [list, index, 'container', 'group'];
        own('group', container.group, path, `${place} (${name})`, 'a container group that no other model or job has');
      }
      for (const [slot, input] of numeraiModels.entries()) {
        // A name may be had once in each tournament.
        const scope = isNumeraiId(input) ? 'slot' : `slot of ${tournament}`;
        const path = [list, index, 'numeraiModels', slot];
        own(scope, input, path, `${place}.numeraiModels[${slot}] (${name})`, 'a model that stands in one place only');
      }
    }
  }
  return found;
}
