// How options are read that are numbers.

import { CommandFailure, EXIT } from './failure.ts';

/** Reads a whole number from 1 to `most`. */
export const wholeNumberUpTo =
  (option: string, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
    throw new CommandFailure(EXIT.usage, `${option} must be a whole number from 1 to ${most}.`);
  };
