// `models`: the account's models, which of them are configured, and what to paste for the others.

import type { Model } from '../../src/lib/config/models.ts';
import type { NumeraiModel } from '../../src/lib/verification/submission-source.ts';
import { atNumerai, listAccounts } from '../account.ts';
import { type AddCommand, type Context, missingKeys } from '../context.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { maskedUrl, table } from '../format.ts';
import { freeName } from '../free-name.ts';

export const addModels: AddCommand = (program, withContext) => {
  program
    .command('models')
    .description("List the account's models, and print what to paste into models.json.")
    .action(withContext(listModels));
};

async function listModels(context: Context): Promise<ExitCode> {
  const { output } = context;
  const { models: configured } = await context.modelsFile();
  const account = context.accountKeys();
  const keys = [...(account === null ? [] : [account]), ...configured.map(context.keysOf)];
  if (keys.length === 0) throw missingKeys('There is no Numerai API key');

  const all = [...(await listAccounts(context.numerai, keys)).values()].flat();
  const slots = configured.flatMap((model) =>
    model.numeraiModels.map((slot) => ({
      model: model.name,
      slot,
      found: atNumerai(model, slot, all),
      tournament: model.tournament,
    })),
  );
  const nameOf = ({ id }: NumeraiModel): string | null => slots.find(({ found }) => found?.id === id)?.model ?? null;
  const notFound = slots.filter(({ found }) => found === undefined);
  const paste = entriesOf(
    all.filter((candidate) => nameOf(candidate) === null),
    configured,
  );
  output.result({
    models: all.map((model) => ({
      id: model.id,
      name: model.name,
      tournament: model.tournament,
      webhook: model.webhook === null ? null : maskedUrl(model.webhook),
      configuredAs: nameOf(model),
    })),
    notFound: notFound.map(({ model, slot }) => ({ model, slot })),
    paste,
  });

  for (const row of table([
    ['NAME', 'TOURNAMENT', 'CONFIGURED AS', 'ID', 'WEBHOOK'],
    ...all.map((model) => [
      model.name,
      model.tournament ?? '?',
      nameOf(model) ?? '-',
      model.id,
      model.webhook === null ? 'none' : maskedUrl(model.webhook),
    ]),
  ]))
    output.line(row);
  for (const { model, slot, tournament } of notFound) {
    output.line();
    output.line(`models.json has ${model}, but no account here has its ${tournament} model ${slot}.`);
  }
  if (paste.length > 0) {
    output.line();
    output.line(
      'No entry of models.json submits for the others. Add them to the numeraiModels of an entry whose container submits for them, or paste this into "models" and name your image:',
    );
    output.line();
    output.line(paste.map((entry) => JSON.stringify(entry, null, 2)).join(',\n'));
  }
  return notFound.length === 0 ? EXIT.ok : EXIT.failed;
}

/** An entry of models.json for each tournament: one container that submits for all. The participant fills in the image. */
function entriesOf(models: readonly NumeraiModel[], configured: readonly Model[]) {
  const taken = new Set(configured.map(({ name }) => name));
  return [...Map.groupBy(models, ({ tournament }) => tournament ?? 'classic')].map(([tournament, members]) => ({
    name: freeName(members.length === 1 ? (members[0]?.name ?? tournament) : tournament, taken),
    numeraiModels: members.map(({ name }) => name),
    tournament,
    container: { image: 'docker.io/you/your-image:1' },
  }));
}
