// The check of predictions, in CSV or Parquet, as Numerai documents it for each tournament.

import { refusals } from './errors.ts';
import { type Cell, isParquet, readParquet } from './parquet.ts';
import { type Round, TOURNAMENTS } from './schedules.ts';
import { idColumnsOf, liveRows } from './universe.ts';

/** Of Signals and Crypto: docs.numer.ai, "Submissions". */
const FEWEST_IDS = 100;
/** Numerai's own example for Signals names its column as Classic does. */
const PREDICTION_COLUMNS = { classic: ['prediction'], others: ['signal', 'prediction'] } as const;

/**
 * Checks predictions as Numerai does: the columns, no id twice, values strictly between 0 and 1. Classic wants every id
 * of the live data, the others at least a hundred; further ids are passed over.
 *
 * @returns the number of rows that count.
 */
export async function checkPredictions(round: Round, content: Buffer): Promise<number> {
  const isClassic = round.tournament === TOURNAMENTS.classic;
  const idColumns = idColumnsOf(round.tournament);
  const names = isClassic ? PREDICTION_COLUMNS.classic : PREDICTION_COLUMNS.others;
  const table = await readTable(content);
  const idColumn = idColumns.find((name) => table.has(name));
  const predictionColumn = names.find((name) => table.has(name));
  if (idColumn === undefined || predictionColumn === undefined)
    throw refusals.columns(`${idColumns.join(' or ')}, ${names[0]}`);

  const live = new Set(liveRows(round).map((ids) => ids[idColumn] ?? ''));
  const ids = table.get(idColumn) ?? [];
  const values = table.get(predictionColumn) ?? [];
  const seen = new Set<string>();
  let counted = 0;
  for (const [index, cell] of ids.entries()) {
    const id = String(cell ?? '');
    if (seen.has(id)) throw refusals.duplicateIds();
    seen.add(id);
    if (!live.has(id)) continue;
    const value = numberOf(values[index]);
    if (!(value > 0 && value < 1)) throw refusals.values();
    counted += 1;
  }
  if (counted < (isClassic ? live.size : FEWEST_IDS))
    throw isClassic ? refusals.liveIds() : refusals.fewIds(FEWEST_IDS);
  return counted;
}

const numberOf = (cell: Cell | undefined) => (cell === '' || cell == null ? Number.NaN : Number(cell));

/** The columns of a file by name. */
export async function readTable(content: Buffer): Promise<ReadonlyMap<string, readonly Cell[]>> {
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
    .map((line) => line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')));
  return new Map(names.map((name, index) => [name, rows.map((row) => row[index] ?? null)]));
}
