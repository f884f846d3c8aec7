// The options of `npm start` that make a drill of it.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../scripts/command-line.ts';
import { UserError } from '../environment/user-error.ts';
import type { Drill } from './drill.ts';
import { DRILL_NAMES, DRILLS, type DrillName, drillsInWords } from './drills.ts';

export interface DrillOptions {
  /** In how many minutes the round closes. */
  readonly closesIn?: number;
  readonly drill?: DrillName;
}

/** As many as an operator has left who looks at the last alert. */
const USUAL_MINUTES = 10;
const MOST_MINUTES = 24 * 60;

/** Adds them to the program. */
export function addDrillOptions(program: Command): Command {
  return program
    .addOption(
      new Option('--closes-in <minutes>', 'from scratch, with a round that closes in so many minutes').argParser(
        closingMinutes,
      ),
    )
    .addOption(new Option('--drill <name>', 'the same, and something goes wrong: see below').choices(DRILL_NAMES))
    .addHelpText(
      'after',
      `\nDrills (the round closes in ${USUAL_MINUTES} minutes, or --closes-in):\n${drillsInWords()}`,
    );
}

function closingMinutes(text: string): number {
  const minutes = wholeNumber(text);
  if (minutes >= 1 && minutes <= MOST_MINUTES) return minutes;
  throw new InvalidArgumentError(`It must be from 1 to ${MOST_MINUTES}.`);
}

/** What was asked for; nulls where that is no drill. @throws {UserError} where it does not go together. */
export function drillOf(
  { closesIn, drill: name }: DrillOptions,
  modelsFile: string,
): { readonly drill: Drill | null; readonly closesIn: number | null } {
  const drill = name === undefined ? null : DRILLS[name];
  if (drill !== null && modelsFile !== '')
    throw new UserError('A drill brings its own models. Leave out MODELS_FILE, or --drill.');
  return { drill, closesIn: closesIn ?? (drill === null ? null : USUAL_MINUTES) };
}
