// The models of a season, in the app and at Numerai.

import { TOURNAMENTS } from '../../../local/emulators/numerai/schedules.ts';
import type { Kind } from './scenarios.ts';

export interface SeasonModel {
  readonly index: number;
  readonly name: string;
  readonly id: string;
  readonly tournament: keyof typeof TOURNAMENTS;
  readonly timeoutMinutes: number;
}

export function modelOf(index: number): SeasonModel {
  const tournament = index % 5 === 3 ? 'signals' : index % 5 === 4 ? 'crypto' : 'classic';
  const name = `model-${String(index + 1).padStart(2, '0')}`;
  const id = `00000000-0000-4000-a000-${String(index + 1).padStart(12, '0')}`;
  return { index, name, id, tournament, timeoutMinutes: index % 2 === 0 ? 20 : 90 };
}

export const atNumerai = ({ id, name, tournament }: SeasonModel) => ({
  id,
  name: name.replaceAll('-', '_'),
  tournament: TOURNAMENTS[tournament],
  webhook: `https://app.local.test/${name}`,
});

/** A container that hangs is ended by a short time limit; one with a long limit is late instead. */
export function kindFor(kind: Kind, model: SeasonModel): Kind {
  const isShort = model.timeoutMinutes < 60;
  if (kind === 'container hangs' && !isShort) return 'container submits late';
  if (kind === 'container submits late' && isShort) return 'container hangs';
  return kind;
}
