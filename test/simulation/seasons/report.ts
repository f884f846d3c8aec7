// `npm run seasons`: seasons against a clairvoyant, and their table.

import { createProgram, runMain, wholeNumber } from '../../../scripts/command-line.ts';
import { appPolicy, nameOf } from './app-policy.ts';
import { clairvoyant } from './clairvoyant.ts';
import { numeraiCli, tutorial } from './handlers.ts';
import { live } from './live.ts';
import { outcomeOf } from './outcomes.ts';
import { planOf } from './plan.ts';
import type { Policy } from './policy.ts';
import { ratesTable } from './rates.ts';
import { lineOf, type Row, summaryOf, tableOf } from './table.ts';

interface Options {
  readonly seed: number;
  readonly models: number;
  readonly weeks: number;
  readonly against?: string;
  readonly only?: boolean;
  readonly rates?: boolean;
}

const options = createProgram('npm run seasons --')
  .description('Lets models live through a season in which much goes wrong, and prints what became of their rounds.')
  .option('--seed <n>', 'of all that goes wrong', wholeNumber, 1)
  .option('--models <n>', 'how many', wholeNumber, 40)
  .option('--weeks <n>', 'how many', wholeNumber, 52)
  .option('--against <folder>', 'another checkout whose app lives through the same season')
  .option('--only', 'only this app, without those that it is compared with')
  .option('--rates', 'print how often what goes wrong, and end')
  .parse()
  .opts<Options>();

await runMain(async () => {
  if (options.rates === true) return console.log(ratesTable());
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
});
