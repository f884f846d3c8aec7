// `round`: the open round, and how long it stays open.

import { TOURNAMENTS } from '../../src/lib/config/model-schema.ts';
import { TOURNAMENT_NUMBERS, type Tournament } from '../../src/lib/config/models.ts';
import { openRound, type Round, timeLeftMs } from '../../src/lib/rounds/round.ts';
import type { AddCommand, Context } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';
import { duration, moment } from '../format.ts';

export const addRound: AddCommand = (program, withContext) => {
  program
    .command('round')
    .description('Show the open round and when it closes.')
    .argument('[tournament]', `${TOURNAMENTS.join(', ')}, or its number`, tournamentOf, 'classic')
    .action(withContext(showRound));
};

async function showRound({ numerai, clock, output }: Context, tournament: Tournament): Promise<ExitCode> {
  const rounds = await numerai.rounds(tournament);
  const now = clock.now();
  const open = openRound(rounds, now);
  const next = nextRound(rounds, now);
  output.result({ tournament, open: shape(open, now), next: shape(next, now) });
  if (open === null) {
    output.line(`No round of ${tournament} is open.${nextSentence(next, now)}`);
    return EXIT.noRound;
  }
  output.line(
    `Round ${open.number} of ${tournament} is open. It closes in ${duration(timeLeftMs(open, now))}, at ${moment(open.closeTime)}.`,
  );
  return EXIT.ok;
}

function tournamentOf(text: string): Tournament {
  const found = TOURNAMENTS.find((name) => [name, String(TOURNAMENT_NUMBERS[name])].includes(text));
  if (found !== undefined) return found;
  throw new CommandFailure(
    EXIT.usage,
    `There is no tournament ${JSON.stringify(text)}. Choose from ${TOURNAMENTS.join(', ')}.`,
  );
}

/** Numerai announces the next round some days ahead, though its time may still change. */
export function nextRound(rounds: readonly Round[], now: Date): Round | null {
  const coming = rounds.filter(({ openTime }) => openTime > now);
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
