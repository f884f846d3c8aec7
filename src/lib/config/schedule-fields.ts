// What a schedule says: NCRONTAB, as timers of Azure Functions have it. It is checked field by field, so that a fault has
// its position. The Functions host disables a timer whose schedule it cannot read, and tells nobody but its log.
//
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
// https://github.com/atifaziz/NCrontab/blob/master/NCrontab/CrontabField.cs

/** What is wrong with an expression, and where; in words that follow "expected". */
export class ScheduleError extends Error {}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** In their order, from `least` on; each may be cut to three letters. */
  readonly names?: readonly string[];
}

const DAY: Field = { name: 'day of the month', least: 1, most: 31 };
const MONTH: Field = {
  name: 'month',
  least: 1,
  most: 12,
  names: 'january february march april may june july august september october november december'.split(' '),
};
const FIELDS: readonly Field[] = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  DAY,
  MONTH,
  {
    name: 'day of the week',
    least: 0,
    most: 6,
    names: 'sunday monday tuesday wednesday thursday friday saturday'.split(' '),
  },
];
const ORDER = FIELDS.map(({ name }) => name).join(', ');

/** Of January, and so on, in a leap year. */
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The values of the six fields of an expression, from the seconds on; where those are left out, they are 0.
 * @throws {ScheduleError} also where there is no such day.
 */
export function fieldsOf(text: string): readonly (readonly number[])[] {
  // Blanks and nothing else separate fields: the host takes no tab.
  const words = [...text.matchAll(/[^ ]+/g)];
  const missing = FIELDS.length - words.length;
  if (missing !== 0 && missing !== 1)
    throw new ScheduleError(
      `six fields (${ORDER}), or the last five of them; there ${words.length === 1 ? 'is' : 'are'} ${words.length}`,
    );
  const read = FIELDS.slice(missing).map((field, index) => {
    const { 0: word = '', index: at = 0 } = words[index] ?? {};
    return valuesOf(field, word, at + 1);
  });
  const values = missing === 1 ? [[0], ...read] : read;
  const [days = [], months = []] = [values[FIELDS.indexOf(DAY)], values[FIELDS.indexOf(MONTH)]];
  const longest = Math.max(...months.map((month) => DAYS_OF_MONTH[month - 1] ?? 0));
  if (Math.min(...days) > longest)
    throw new ScheduleError(`a schedule that occurs; \`${text}\` never does: there is no such day`);
  return values;
}

/** @param at the position of the field's first character, from 1. */
function valuesOf(field: Field, word: string, at: number): number[] {
  let position = at;
  const values = word.split(',').flatMap((item) => {
    const read = itemOf(field, item, position);
    position += item.length + 1;
    return read;
  });
  return [...new Set(values)].toSorted((a, b) => a - b);
}

/** A value, a range, or all; each may have a step. */
function itemOf(field: Field, item: string, at: number): number[] {
  const { least, most, name } = field;
  const wrong = (expected: string): never => {
    throw new ScheduleError(
      `${expected} at position ${at} (${name}), where there is ${item === '' ? 'nothing' : `\`${item}\``}`,
    );
  };
  const { from, to, step } = /^(?<from>\*|\w+)(?:-(?<to>\w+))?(?:\/(?<step>\d{1,4}))?$/.exec(item)?.groups ?? {};
  if (from === undefined || (from === '*' && to !== undefined))
    return wrong('`*`, a value, a range such as 1-5, a list of them with commas between, or a step such as */5');
  const every = Number(step ?? 1);
  const count = most - least + 1;
  if (every < 1 || every > count) return wrong(`a step from 1 to ${count}`);
  const first = from === '*' ? least : valueIn(field, from);
  // A step from a value on goes to the end: 5/20.
  const last = to !== undefined ? valueIn(field, to) : from === '*' || step !== undefined ? most : first;
  if (first === null || last === null)
    return wrong(
      `a number from ${least} to ${most}${field.names === undefined ? '' : `, or a name such as ${field.names[1]?.slice(0, 3).toUpperCase()},`}`,
    );
  if (last < first) return wrong('a range from low to high');
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every);
}

/** Null where there is no such value. */
function valueIn({ least, most, names = [] }: Field, text: string): number | null {
  const word = text.toLowerCase();
  const index = names.findIndex((name) => word.length >= 3 && name.startsWith(word));
  const value = index >= 0 ? least + index : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  return value >= least && value <= most ? value : null;
}
