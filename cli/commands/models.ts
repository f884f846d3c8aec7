// `models`: the account's models, which of them are configured, and what to paste for the others.

import type { Model } from '../../src/lib/config/models.ts';
import { MAX_SLOTS } from '../../src/lib/config/numerai-models.ts';
import type { NumeraiModel } from '../../src/lib/verification/submission-source.ts';
import { atNumerai, listAccounts } from '../account.ts';
import { PLACEHOLDER_IMAGE } from '../check/image-mistakes.ts';
import { type AddCommand, type Context, missingKeys } from '../context.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { maskedUrl, table } from '../format.ts';
import { freeName } from '../free-name.ts';

/** Of more models, those that no entry submits for are a number. */
const MANY = 25;

export const addModels: AddCommand = (program, withContext) => {
  program
    .command('models')
    .description("List the account's models, and print what to paste into models.json.")
    .option('--all', `also where there are more than ${MANY}: all, and what to paste for them`)
    .action(withContext(listModels));
};

async function listModels(context: Context, { all: lists = false }: { readonly all?: boolean }): Promise<ExitCode> {
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

  const isShort = all.length > MANY && !lists;
  const listed = isShort ? all.filter((model) => nameOf(model) !== null).slice(0, MANY) : all;
  if (isShort) {
    output.line(`The account has ${all.length} models:`);
    for (const [tournament, of] of Map.groupBy(all, (model) => model.tournament ?? '?'))
      output.line(
        `  ${tournament}: ${of.length}, ${of.filter((model) => nameOf(model) !== null).length} in models.json`,
      );
    output.line();
  }
  for (const row of table([
    ['NAME', 'TOURNAMENT', 'CONFIGURED AS', 'ID', 'WEBHOOK'],
    ...listed.map((model) => [
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
  if (isShort) output.line(`\n${all.length - listed.length} more: --all lists them, and prints what to paste.`);
  else if (paste.length > 0) {
    output.line();
    output.line(
      'No entry of models.json submits for the others. Add them to the numeraiModels of an entry whose container submits for them, or paste this into "models" and name your image:',
    );
    output.line();
    output.line(paste.map((entry) => JSON.stringify(entry, null, 2)).join(',\n'));
  }
  return notFound.length === 0 ? EXIT.ok : EXIT.failed;
}

/**
 * An entry of models.json for each tournament, or several where one holds no more: one container that submits for all. The
 * participant fills in the image.
 */
function entriesOf(models: readonly NumeraiModel[], configured: readonly Model[]) {
  const taken = new Set(configured.map(({ name }) => name));
  const groups = [...Map.groupBy(models, ({ tournament }) => tournament ?? 'classic')].flatMap(
    ([tournament, members]) =>
      Array.from({ length: Math.ceil(members.length / MAX_SLOTS) }, (_, index) => ({
        tournament,
        members: members.slice(index * MAX_SLOTS, (index + 1) * MAX_SLOTS),
      })),
  );
  return groups.map(({ tournament, members }) => {
    const name = freeName(members.length === 1 ? (members[0]?.name ?? tournament) : tournament, taken);
    taken.add(name);
    return {
      name,
      numeraiModels: members.map((member) => member.name),
      tournament,
      container: { image: PLACEHOLDER_IMAGE },
    };
  });
}
