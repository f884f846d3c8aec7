// The check of predictions, in CSV or Parquet, as Numerai documents it for each tournament.

import { refusals } from './errors.ts';
import { type Cell, isParquet, readParquet } from './parquet.ts';
import { type Round, TOURNAMENTS } from './schedules.ts';
import { idColumnsOf, liveRows } from './universe.ts';

/** Of Signals and Crypto: docs.numer.ai, "Submissions". */
const FEWEST_IDS = 100;
/** What differs less counts as the same: numpy's `isclose`, by which Numerai's tools judge the standard deviation. */
const SAME = 1e-8;
/** Numerai's own example for Signals names its column as Classic does. */
const PREDICTION_COLUMNS = { classic: ['prediction', 'probability'], others: ['signal', 'prediction'] } as const;

/**
 * Checks predictions as Numerai does (submissions.py of its numerai-tools, 0.7.2): the columns, an id in each row, no
 * live id twice, values strictly between 0 and 1 that are not all the same. Classic wants every id of the live data, the
 * others at least a hundred; further ids are passed over, with whatever stands beside them.
 *
 * @returns the number of rows that count.
 */
export async function checkPredictions(round: Round, content: Buffer): Promise<number> {
  const isClassic = round.tournament === TOURNAMENTS.classic;
  const names = isClassic ? PREDICTION_COLUMNS.classic : PREDICTION_COLUMNS.others;
  const rows = liveRows(round);
  return check(await readTable(content), idColumnsOf(round.tournament), names, (idColumn) => ({
    ids: new Set(rows.map((ids) => ids[idColumn] ?? '')),
    fewest: isClassic ? rows.length : FEWEST_IDS,
    tooFew: isClassic ? refusals.liveIds : () => refusals.fewIds(FEWEST_IDS),
  }));
}

/** Checks predictions for the validation data, as far as those for the live data are checked. */
export async function checkValidation(validationIds: readonly Cell[], content: Buffer): Promise<void> {
  const ids = new Set(validationIds.map(String));
  const wanted = { ids, fewest: ids.size, tooFew: refusals.validationIds };
  check(await readTable(content), ['id'], PREDICTION_COLUMNS.classic, () => wanted);
}

interface Wanted {
  readonly ids: ReadonlySet<string>;
  readonly fewest: number;
  readonly tooFew: () => Error;
}

function check(
  table: ReadonlyMap<string, readonly Cell[]>,
  idColumns: readonly string[],
  names: readonly string[],
  wantedOf: (idColumn: string) => Wanted,
): number {
  const idColumn = idColumns.find((name) => table.has(name));
  const predictionColumn = names.find((name) => table.has(name));
  if (idColumn === undefined || predictionColumn === undefined)
    throw refusals.columns(`${idColumns.join(' or ')}, ${names[0]}`);

  const wanted = wantedOf(idColumn);
  const values = table.get(predictionColumn) ?? [];
  const counted = new Map<string, number>();
  for (const [index, cell] of (table.get(idColumn) ?? []).entries()) {
    const id = String(cell ?? '');
    if (id === '') throw refusals.missingIds();
    if (!wanted.ids.has(id)) continue;
    if (counted.has(id)) throw refusals.duplicateIds();
    counted.set(id, numberOf(values[index]));
  }
  if (counted.size < wanted.fewest) throw wanted.tooFew();
  const numbers = [...counted.values()];
  if (!numbers.every((value) => value > 0 && value < 1)) throw refusals.values();
  if (numbers.every((value) => Math.abs(value - (numbers[0] ?? 0)) < SAME)) throw refusals.constant();
  return counted.size;
}

const numberOf = (cell: Cell | undefined) => (cell === '' || cell == null ? Number.NaN : Number(cell));

/** The columns of a file by name. */
async function readTable(content: Buffer): Promise<ReadonlyMap<string, readonly Cell[]>> {
  if (!isParquet(content)) return readCsv(content.toString('utf8'));
  try {
    return await readParquet(content);
  } catch (error) {
    throw refusals.unreadable(error instanceof Error ? error.message : String(error));
  }
}

function readCsv(text: string): ReadonlyMap<string, readonly Cell[]> {
  const [names = [], ...rows] = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map(cellsOf);
  return new Map(names.map((name, index) => [name, rows.map((row) => row[index] ?? null)]));
}

/** As pandas reads them: a quoted cell may hold commas, and spaces belong to a cell. */
function cellsOf(line: string): string[] {
  const cells = `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return Array.from(cells, ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}
