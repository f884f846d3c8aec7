// The clairvoyant as a policy: carries the oracle's schedules out, start for start. What it does not win shows a mistake
// of the oracle: it called a round possible that was not.

import type { Caller } from '../world/external-calls.ts';
import { MINUTE } from './draw.ts';
import { ownGroup } from './models.ts';
import type { ScheduledStart } from './oracle.ts';
import { verdictsOf } from './outcomes.ts';
import type { Living, Policy } from './policy.ts';
import { type GroupCall, groupCalls } from './resource-manager-calls.ts';
import type { Season } from './season.ts';

const NOBODY: Caller = { name: 'clairvoyant', isDead: () => false, die: () => {} };

export const clairvoyant = (): Policy => ({
  name: 'the clairvoyant',
  groupsFor: (models) => models.filter(({ kind }) => kind === 'group'),
  prepare: carryOut,
  start: (): Living => ({ webhook: async () => 200, died: new Promise(() => {}), die: () => {} }),
  record: () => Promise.resolve(null),
});

function carryOut(season: Season): void {
  const { world, plan, conditions } = season;
  const call = groupCalls(season, NOBODY);
  const until = (at: number) => world.clock.sleep(at - world.clock.now().getTime());
  type Known = ReturnType<typeof verdictsOf>[number];

  const start = async ({ model, round }: Known, scheduled: ScheduledStart, number: number): Promise<void> => {
    await until(scheduled.at);
    const name = model.kind === 'group' ? ownGroup(model) : `${model.name}-${round.number}-${number}`;
    const memoryInGB = number === 1 ? model.memoryGB : (model.maxMemoryGB ?? model.memoryGB);
    const body = {
      location: scheduled.location,
      properties: {
        osType: 'Linux',
        restartPolicy: 'Never',
        containers: [
          {
            name,
            properties: {
              image: model.image,
              resources: { requests: { cpu: model.cpu, memoryInGB } },
              environmentVariables: [{ name: 'MODEL_ID', value: model.id }],
            },
          },
        ],
      },
    };
    const starting: GroupCall =
      model.kind === 'group'
        ? { method: 'POST', path: `${name}/start`, withinMs: MINUTE }
        : { method: 'PUT', path: name, body, withinMs: MINUTE };
    // One that fails once is repeated at once: the rules know no hiccups.
    const { status } = await call(starting);
    if (status === null || status === 429 || status >= 500) await call(starting);
    await until(scheduled.ends - STOPS_BEFORE_MS[scheduled.how === 'hang' ? 'hang' : 'other']);
    if (model.kind === 'image') await call({ method: 'DELETE', path: name, withinMs: MINUTE });
    else if (scheduled.how === 'hang') await call({ method: 'POST', path: `${name}/stop`, withinMs: MINUTE });
  };
  for (const known of verdictsOf(plan, conditions)) {
    if (!known.verdict.isPossible) continue;
    const { starts } = known.verdict;
    void starts.reduce(
      (before, scheduled, index) => before.then(() => start(known, scheduled, index + 1)),
      Promise.resolve(),
    );
  }
}

/** A container that hangs is stopped at its limit; another has ended by itself, and only its group is removed. */
const STOPS_BEFORE_MS = { hang: 15_000, other: -1000 } as const;
