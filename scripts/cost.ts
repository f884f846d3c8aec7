// `npm run cost` prints the tables of docs/cost.md. The counts come from bench/cost-counters.json, or from the
// formula where that file is missing.

import { readFile, writeFile } from 'node:fs/promises';
import { createProgram, runMain } from './command-line.ts';
import {
  ASSUMPTIONS,
  type Cost,
  type Counters,
  containerCost,
  costOf,
  estimate,
  HISTORY_MONTHS,
  INSTANCE_GIGABYTES,
  type MeasuredMonth,
  SIZES,
} from './cost-formula.ts';

const count = (value: number) => Math.round(value).toLocaleString('en-US');
const maybe = (value: number | undefined) => (value === undefined ? '–' : count(value));
const dollars = (value: number) => `$${value.toFixed(value < 0.1 ? 3 : 2)}`;

/** A Markdown table with its columns padded, as the formatter leaves it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  return [line(head, ' '), line([], '-'), ...rows.map((row) => line(row, ' '))].join('\n');
}

/** Counts as the tables show them: what is not measured is left out. */
type Shown = Counters & Partial<MeasuredMonth>;

/**
 * The tables of docs/cost.md: the costs first, then the counts behind them. `measured`: counts of a simulated
 * month; empty if there are none yet.
 */
export function costTables(measured: readonly Shown[]): string {
  const counters = SIZES.map(
    (models): Shown => measured.find((counts) => counts.models === models) ?? estimate(models),
  );
  const alerted = counters.map(({ models, withAlerts }) => withAlerts ?? estimate(models, true));
  const source =
    measured.length > 0
      ? 'Measured in a simulated month (`bench/cost-counters.json`):'
      : 'By the formula, since no simulated month has been measured yet:';
  const rowsOf = (name: string, read: (counts: Shown) => string) => [name, ...counters.map(read)];
  const costRow = (name: string, key: keyof Cost, granted: boolean) =>
    rowsOf(name, (counts) => dollars(costOf(counts, granted)[key]));
  const head = ['in a month', ...SIZES.map((models) => `${models} model${models > 1 ? 's' : ''}`)];
  const counted = table(head, [
    rowsOf('executions', ({ executions }) => count(executions)),
    rowsOf('billed seconds', ({ billedSeconds }) => count(billedSeconds)),
    rowsOf('GB-seconds (512 MB)', ({ billedSeconds }) => count(billedSeconds * INSTANCE_GIGABYTES)),
    rowsOf('table transactions', ({ tableTransactions }) => count(tableTransactions)),
    ['… with alerts on', ...alerted.map((counts) => count(counts.tableTransactions))],
    rowsOf('key vault operations', ({ vaultOperations }) => count(vaultOperations)),
    rowsOf('logs, MB', ({ logMegabytes }) => count(logMegabytes)),
    rowsOf('stored in tables, MB', ({ storedMegabytes }) => count(storedMegabytes)),
    rowsOf('calls to Resource Manager, free', (counts) => maybe(counts.resourceManagerCalls)),
    rowsOf('calls to Numerai, free', (counts) => maybe(counts.numeraiCalls)),
  ]);
  const paid = table(head, [
    costRow('functions', 'functions', true),
    costRow('tables', 'tables', true),
    costRow("blobs (the fallback's schedule)", 'blobs', true),
    costRow('key vault', 'vault', true),
    costRow('logs', 'logs', true),
    costRow('**total**', 'total', true),
    ['… with alerts on', ...alerted.map((counts) => dollars(costOf(counts, true).total))],
    costRow('total without the free grants', 'total', false),
  ]);
  const shapes = [
    [1, 1.5],
    [1, 4],
    [2, 8],
    [4, 16],
  ] as const;
  const minutes = [2, 10, 30];
  const containers = table(
    ['CPU, memory', ...minutes.map((length) => `${length} minutes`), 'a month of 22 runs of 10 minutes'],
    shapes.map(([cpu, memory]) => [
      `${cpu} vCPU, ${memory} GB`,
      ...minutes.map((length) => `$${containerCost(cpu, memory, length).toFixed(4)}`),
      dollars(containerCost(cpu, memory, 10) * ASSUMPTIONS.rounds),
    ]),
  );
  return ['The app:', paid, 'The containers, for each model:', containers, '## The counts', source, counted].join(
    '\n\n',
  );
}

const START = '<!-- npm run cost: from here -->';
const END = '<!-- npm run cost: to here -->';

/** The page with the tables between its two marks replaced. */
export function withTables(page: string, tables: string): string {
  const from = page.indexOf(START);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error('docs/cost.md has lost its marks for the tables.');
  return `${page.slice(0, from + START.length)}\n\n${tables}\n\n${page.slice(to)}`;
}

/** The measured counts; none where the file is missing. */
export async function readMeasured(file: URL): Promise<readonly MeasuredMonth[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')).months;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function main(): Promise<void> {
  const program = createProgram('npm run cost --')
    .description('Prints the tables of docs/cost.md.')
    .option('--write', 'also write them into the page')
    .option('--measure', 'first simulate a month and write bench/cost-counters.json; five minutes')
    .parse();
  const { write, measure } = program.opts<{ write?: boolean; measure?: boolean }>();
  const file = new URL('../bench/cost-counters.json', import.meta.url);
  if (measure) {
    const { measureMonths } = await import('../bench/cost-counters.ts');
    const months = await measureMonths({
      sizes: SIZES,
      historyMonths: HISTORY_MONTHS,
      say: (line) => console.error(line),
    });
    await writeFile(file, `${JSON.stringify({ months }, null, 2)}\n`);
  }
  const tables = costTables(await readMeasured(file));
  console.log(tables);
  if (!write) return;
  const page = new URL('../docs/cost.md', import.meta.url);
  await writeFile(page, withTables(await readFile(page, 'utf8'), tables));
}

if (import.meta.main) await runMain(main);
