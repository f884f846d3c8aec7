// `npm run seasons`: seasons against a clairvoyant, and their table.

import { createProgram, runMain, wholeNumber } from '../../../scripts/command-line.ts';
import { appPolicy, nameOf } from './app-policy.ts';
import { clairvoyant } from './clairvoyant.ts';
import { DAY } from './draw.ts';
import { storyOf } from './explain.ts';
import { numeraiCli, tutorial } from './handlers.ts';
import { live } from './live.ts';
import { outcomeOf } from './outcomes.ts';
import { BEGIN, planOf, type SeasonOptions } from './plan.ts';
import type { Policy } from './policy.ts';
import { ratesTable } from './rates.ts';
import { labelOf, lineOf, type Row, summaryOf, tableOf } from './table.ts';

interface Options extends SeasonOptions {
  readonly against?: string;
  readonly only?: boolean;
  readonly explain?: string;
  readonly rates?: boolean;
}

const options = createProgram('npm run seasons --')
  .description('Lets models live through a season in which much goes wrong, and prints what became of their rounds.')
  .option('--seed <n>', 'of all that goes wrong', wholeNumber, 1)
  .option('--models <n>', 'how many', wholeNumber, 40)
  .option('--weeks <n>', 'how many', wholeNumber, 52)
  .option('--harshness <n>', 'multiplies how often things go wrong', wholeNumber, 1)
  .option('--against <folder>', 'another checkout whose app lives through the same season')
  .option('--only', 'only this app, without those that it is compared with')
  .option('--explain <model/round>', 'tell the story of one round instead, such as model-07/1234')
  .option('--rates', 'print how often what goes wrong, and end')
  .parse()
  .opts<Options>();

await runMain(async () => {
  if (options.rates === true) console.log(ratesTable());
  else if (options.explain !== undefined) await explain(options.explain);
  else await compare();
});

async function compare(): Promise<void> {
  const plan = planOf(options);
  const policies: Policy[] = [await appPolicy('this app')];
  if (options.against !== undefined) policies.push(await appPolicy(nameOf(options.against), options.against));
  if (options.only !== true) policies.push(tutorial(), numeraiCli(), clairvoyant());
  const rows: Row[] = [];
  for (const policy of policies) {
    const begun = performance.now();
    const outcome = await outcomeOf(await live(plan, policy));
    rows.push({ name: policy.name, outcome });
    console.error(`${policy.name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }
  const [own] = rows;
  if (own === undefined) return;
  console.log(`Seed ${options.seed}: ${summaryOf(own.outcome)}\n\n${tableOf(rows)}\n${lineOf(own.outcome)}`);
}

/** The season up to that round, with all models: they share regions and an app. */
async function explain(label: string): Promise<void> {
  const whole = planOf(options);
  const asked = whole.models
    .flatMap((model) => whole.roundsOf(model).map((round) => ({ model, round })))
    .find((candidate) => labelOf(candidate) === label);
  if (asked === undefined) throw new Error(`The season has no ${label}. The table names some, such as model-07/1234.`);
  const weeks = Math.floor((asked.round.plannedOpen - BEGIN) / (7 * DAY)) + 1;
  const plan = planOf({ ...options, weeks });
  const policy = await (options.against === undefined
    ? appPolicy('this app')
    : appPolicy(nameOf(options.against), options.against));
  const { rounds } = await outcomeOf(await live(plan, policy));
  const outcome = rounds.find((candidate) => labelOf(candidate) === label);
  if (outcome !== undefined) console.log(storyOf(plan, outcome));
}
