// `models`: the account's models, which of them are configured, and what to paste for the others.

import type { Model } from '../../src/lib/config/models.ts';
import type { NumeraiModel } from '../../src/lib/verification/submission-source.ts';
import { isSame, listAccounts } from '../account.ts';
import { type AddCommand, type Context, missingKeys } from '../context.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { maskedUrl, table } from '../format.ts';

export const addModels: AddCommand = (program, withContext) => {
  program
    .command('models')
    .description("List the account's models, and print what to paste into models.json.")
    .action(withContext(listModels));
};

async function listModels(context: Context): Promise<ExitCode> {
  const { output } = context;
  const configured = await context.models();
  const account = context.accountKeys();
  const keys = [...(account === null ? [] : [account]), ...configured.map(context.keysOf)];
  if (keys.length === 0) throw missingKeys('There is no Numerai API key');

  const atNumerai = [...(await listAccounts(context.numerai, keys)).values()].flat();
  const nameOf = (candidate: NumeraiModel): string | null =>
    configured.find((model) => isSame(model, candidate))?.name ?? null;
  const notFound = configured.filter(
    (model) =>
      (model.numeraiModelId ?? model.numeraiModelName) !== null &&
      !atNumerai.some((candidate) => isSame(model, candidate)),
  );
  const paste = atNumerai.filter((candidate) => nameOf(candidate) === null).map((model) => entryOf(model, configured));
  output.result({
    models: atNumerai.map((model) => ({
      id: model.id,
      name: model.name,
      tournament: model.tournament,
      webhook: model.webhook === null ? null : maskedUrl(model.webhook),
      configuredAs: nameOf(model),
    })),
    notFound: notFound.map(({ name }) => name),
    paste,
  });

  for (const row of table([
    ['NAME', 'TOURNAMENT', 'CONFIGURED AS', 'ID', 'WEBHOOK'],
    ...atNumerai.map((model) => [
      model.name,
      model.tournament ?? '?',
      nameOf(model) ?? '-',
      model.id,
      model.webhook === null ? 'none' : maskedUrl(model.webhook),
    ]),
  ]))
    output.line(row);
  for (const model of notFound) {
    output.line();
    output.line(
      `models.json has ${model.name}, but no account here has its ${model.tournament} model ${model.numeraiModelId ?? model.numeraiModelName}.`,
    );
  }
  if (paste.length > 0) {
    output.line();
    output.line('To configure the others, paste this into "models" of models.json and name your image:');
    output.line();
    output.line(paste.map((entry) => JSON.stringify(entry, null, 2)).join(',\n'));
  }
  return notFound.length === 0 ? EXIT.ok : EXIT.failed;
}

/** An entry of models.json for a model at Numerai; the participant fills in the image. */
function entryOf(model: NumeraiModel, configured: readonly Model[]) {
  return {
    name: freeName(model.name, configured),
    numeraiModelId: model.id,
    tournament: model.tournament ?? 'classic',
    container: { image: 'docker.io/you/your-image:1' },
  };
}

/** Names in URLs have lower-case letters, digits and hyphens, at most 36. */
function freeName(name: string, configured: readonly Model[]): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 34)
    .replace(/-+$/, '');
  const base = slug === '' ? 'model' : slug;
  const taken = (candidate: string) => configured.some((other) => other.name === candidate);
  return taken(base) ? `${base}-2` : base;
}
