// What no two entries of `models.json` may have in common: a name, a container group, a slot.

import { jobMadeBy } from './container-apps-schema.ts';
import { hasKeys } from './fields.ts';
import { isNumeraiId } from './numerai-models.ts';

/** What is read of an entry. Where something is wrong, it is as it was written. */
interface Shareable {
  readonly name?: unknown;
  readonly tournament?: unknown;
  readonly numeraiModels?: unknown;
  readonly container?: unknown;
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
  readonly models: unknown;
  readonly jobs: unknown;
}): readonly TakenTwice[] {
  const found: TakenTwice[] = [];
  /** What is taken, and where. */
  const taken = new Map<string, string>();
  const own = (scope: string, input: unknown, path: PropertyKey[], place: string, expected: string) => {
    if (typeof input !== 'string') return;
    const key = `${scope} ${input}`;
    const first = taken.get(key);
    if (first === undefined) taken.set(key, place);
    else found.push({ input, path, expected: `${expected}; it is in ${first} already` });
  };
  for (const [list, entries] of Object.entries({ models, jobs })) {
    for (const [index, entry] of (Array.isArray(entries) ? entries : []).entries()) {
      if (!hasKeys(entry)) continue;
      const { name, tournament, numeraiModels, container }: Shareable = entry;
      const place = `${list}[${index}]`;
      const named = typeof name === 'string' ? ` (${name})` : '';
      own('name', name, [list, index, 'name'], place, 'a name that no other model or job has');
      if (hasKeys(container) && 'group' in container) {
        const path = [list, index, 'container', 'group'];
        own('group', container.group, path, `${place}${named}`, 'a container group that no other model or job has');
      }
      const job = jobMadeBy(container, name);
      if (job !== undefined) {
        const path = [list, index, 'container', 'containerAppsJob', 'name'];
        const expected = 'a Container Apps job that no other model or job makes';
        own('Container Apps job', job, path, `${place} (${name})`, expected);
      }
      for (const [slot, input] of (Array.isArray(numeraiModels) ? numeraiModels : []).entries()) {
        // A name may be had once in each tournament.
        const scope = isNumeraiId(String(input)) ? 'slot' : `slot of ${tournament}`;
        const path = [list, index, 'numeraiModels', slot];
        own(scope, input, path, `${place}.numeraiModels[${slot}]${named}`, 'a model that stands in one place only');
      }
    }
  }
  return found;
}
