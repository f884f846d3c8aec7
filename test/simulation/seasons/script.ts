// What happens in a season without anybody's doing here, and when: regions fill up, rounds move, people submit.

import type { Capacity } from '../../../local/emulators/resource-manager/locations.ts';
import type { Outage } from './outages.ts';
import { KEYS, type Season } from './season.ts';

export interface Event {
  readonly at: number;
  readonly happen: () => unknown;
}

/** Who answers the calls of Numerai, and lives in spans of time. */
export interface Audience {
  /** A call of a model's webhook, with Numerai's body. */
  call(model: string, body: string): unknown;
  /** It is gone, without a word. */
  die(): unknown;
}

/** Earliest first. */
export function scriptOf(season: Season, audience: Audience): readonly Event[] {
  const { world, plan } = season;
  const { numerai } = world;
  const capacities = plan.outages.filter(({ kind }) => kind === 'full').flatMap((outage) => roomOf(season, outage));
  const deaths = plan.outages
    .filter(({ kind }) => kind === 'stopped' || kind === 'deployed' || kind === 'rolled back')
    .map(({ from }): Event => ({ at: from, happen: () => audience.die() }));
  const keys = plan.outages
    .filter(({ kind }) => kind === 'revoked')
    .map(({ to }): Event => ({ at: to, happen: () => world.keyVault.setSecret('numerai-secret-key', KEYS.secretKey) }));
  const changes = plan.rounds.flatMap(({ tournament, number, changes: all }) =>
    all.map(
      ({ at, becomes }): Event => ({
        at,
        happen: () =>
          becomes === null
            ? numerai.rounds.cancel(tournament, number)
            : numerai.rounds.change(tournament, number, becomes),
      }),
    ),
  );
  const ofModels = plan.models.flatMap((model) =>
    plan.roundsOf(model).flatMap((round) => {
      const { webhooks, byHandAt } = plan.of(model, round);
      const calls = webhooks.map(({ at, round: named }, index): Event => {
        const triggerId = `${model.name}-${round.number}-${index}`;
        const body = { dataVersion: 5, isTest: false, roundNumber: String(named), triggerId };
        return { at, happen: () => audience.call(model.name, JSON.stringify(body)) };
      });
      if (byHandAt === null) return calls;
      return [...calls, { at: byHandAt, happen: () => void numerai.submit({ modelId: model.id }) }];
    }),
  );
  return [...changes, ...capacities, ...deaths, ...keys, ...ofModels].sort((one, other) => one.at - other.at);
}

/** A full region: it says so at once, or fails what it has accepted. */
function roomOf({ world }: Season, { from, to, region, way }: Outage): readonly Event[] {
  const set = (capacity: Capacity) => () => world.resourceManager.setCapacity(region ?? '', capacity);
  return [
    { at: from, happen: set(way === 'status' ? 'refuses' : 'fails-later') },
    { at: to, happen: set('ample') },
  ];
}
