// What happens in a season, and when: Numerai's calls at each round's opening, people, outages of Numerai.

import type { Round } from '../../../local/emulators/numerai/schedules.ts';
import { type Kind, MINUTE } from './scenarios.ts';
import type { Season } from './season.ts';

const BEFORE_OPENING_MS = 20 * MINUTE;
const CALL_LATE_MS = 55 * MINUTE;
const CALL_AGAIN_MS = 180 * MINUTE;
const BY_HAND_MS = 3 * MINUTE;

export interface Event {
  readonly at: number;
  readonly happen: () => unknown;
}

/** Earliest first. */
export function scriptOf(season: Season): readonly Event[] {
  return season.rounds.flatMap((round) => eventsOf(season, round)).sort((one, other) => one.at - other.at);
}

function eventsOf({ world: { numerai }, models, kindOf }: Season, round: Round): Event[] {
  const { tournament, number, openTime, closeStakingTime } = round;
  const opens = openTime.getTime();
  const kindOfId = (id: string): Kind => {
    const model = models.find((candidate) => candidate.id === id);
    return model === undefined ? 'nothing' : kindOf(model, round);
  };
  const call = (plan: (kind: Kind) => readonly number[]) => () =>
    numerai.fireWebhooks(number, { tournament, plan: ({ id }) => plan(kindOfId(id)) });
  const byHand = numerai.models.filter(
    (model) => model.tournament === tournament && kindOfId(model.id) === 'submitted by hand',
  );
  const events: Event[] = [
    {
      at: opens - BEFORE_OPENING_MS,
      happen: call((kind) => (kind === 'webhook before the opening' ? [0] : [])),
    },
    { at: opens, happen: call(callsOf) },
    {
      at: opens + BY_HAND_MS,
      happen: () => {
        for (const { id } of byHand) numerai.submit({ modelId: id });
      },
    },
  ];
  if (models.some((model) => kindOf(model, round) === 'Numerai silent, no webhook'))
    events.push(
      {
        at: opens - BEFORE_OPENING_MS,
        happen: () => void numerai.emulator.faults.add({ kind: 'status', status: 503 }),
      },
      {
        at: closeStakingTime.getTime() + BEFORE_OPENING_MS,
        happen: () => numerai.emulator.faults.clear(),
      },
    );
  return events;
}

/** When Numerai calls, in milliseconds after the opening. */
function callsOf(kind: Kind): readonly number[] {
  switch (kind) {
    case 'webhook never comes':
    case 'webhook before the opening':
    case 'submitted by hand':
    case 'Numerai silent, no webhook':
      return [];
    case 'webhook comes twice':
      return [0, CALL_AGAIN_MS];
    case 'webhook comes late':
      return [CALL_LATE_MS];
    default:
      return [0];
  }
}
