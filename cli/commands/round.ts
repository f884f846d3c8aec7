// `round`: the open round, and how long it stays open.

import { TOURNAMENT_NUMBERS, type Tournament } from '../../src/lib/config/models.ts';
import { openRound, type Round, timeLeftMs } from '../../src/lib/rounds/round.ts';
import type { Context } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit.ts';
import { duration, moment } from '../output.ts';

export async function round({ args, numerai, clock, output }: Context): Promise<ExitCode> {
  const tournament = tournamentOf(args.names[0] ?? 'classic');
  const rounds = await numerai.rounds(tournament);
  const now = clock.now();
  const open = openRound(rounds, now);
  const next = nextRound(rounds, now);
  output.result({ tournament, open: shape(open, now), next: shape(next, now) });
  if (open !== null) {
    output.line(
      `Round ${open.number} of ${tournament} is open: closing in ${duration(timeLeftMs(open, now))}, at ${moment(open.closeTime)}.`,
    );
    return EXIT.ok;
  }
  output.line(`No round of ${tournament} is open.${nextSentence(next, now)}`);
  return EXIT.noRound;
}

function tournamentOf(name: string): Tournament {
  const names = Object.keys(TOURNAMENT_NUMBERS);
  for (const tournament of ['classic', 'signals', 'crypto'] as const)
    if (name === tournament || name === String(TOURNAMENT_NUMBERS[tournament])) return tournament;
  throw new CommandFailure(
    EXIT.usage,
    `There is no tournament ${JSON.stringify(name)}: ${names.join(', ')}.`,
  );
}

/** Numerai announces the next round some days ahead, though its time may still change. */
export function nextRound(rounds: readonly Round[], now: Date): Round | null {
  const coming = rounds.filter((candidate) => candidate.openTime > now);
  return coming.sort((a, b) => a.openTime.getTime() - b.openTime.getTime())[0] ?? null;
}

export function nextSentence(next: Round | null, now: Date): string {
  if (next === null) return '';
  return ` Round ${next.number} opens in ${duration(next.openTime.getTime() - now.getTime())}, at ${moment(next.openTime)}.`;
}

function shape(round: Round | null, now: Date) {
  return round === null
    ? null
    : {
        number: round.number,
        openTime: round.openTime.toISOString(),
        closeTime: round.closeTime.toISOString(),
        secondsLeft: Math.round(timeLeftMs(round, now) / 1000),
      };
}
