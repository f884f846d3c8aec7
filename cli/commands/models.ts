// `models`: the account's models, which of them are configured, and what to paste for the others.

import type { Model } from '../../src/lib/config/models.ts';
import type { NumeraiKeys } from '../../src/lib/numerai/graphql.ts';
import type { NumeraiModel } from '../../src/lib/numerai/numerai.ts';
import { type Context, isSame, missingKeys } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { maskedUrl, table } from '../output.ts';

export async function models(context: Context): Promise<ExitCode> {
  const { numerai, output } = context;
  const configured = await context.models();
  const accounts = new Map<string, NumeraiKeys>();
  const own = context.accountKeys();
  if (own !== null) accounts.set(own.publicId, own);
  for (const model of configured) {
    const keys = context.keysOf(model);
    accounts.set(keys.publicId, keys);
  }
  if (accounts.size === 0) throw missingKeys('There is no Numerai API key');

  const atNumerai = (
    await Promise.all([...accounts.values()].map((keys) => numerai.accountModels(keys)))
  ).flat();
  const nameOf = (candidate: NumeraiModel): string | null =>
    configured.find((model) => isSame(model, candidate))?.name ?? null;
  const free = atNumerai.filter((candidate) => nameOf(candidate) === null);
  const lost = configured.filter(
    (model) =>
      (model.numeraiModelId ?? model.numeraiModelName) !== null &&
      !atNumerai.some((candidate) => isSame(model, candidate)),
  );
  const paste = free.map((model) => entryOf(model, configured));
  output.result({
    models: atNumerai.map((model) => ({
      id: model.id,
      name: model.name,
      tournament: model.tournament,
      webhook: model.webhook === null ? null : maskedUrl(model.webhook),
      configuredAs: nameOf(model),
    })),
    notFound: lost.map(({ name }) => name),
    paste,
  });

  for (const row of table([
    ['NAME', 'TOURNAMENT', 'CONFIGURED AS', 'ID', 'NUMERAI CALLS'],
    ...atNumerai.map((model) => [
      model.name,
      model.tournament ?? '?',
      nameOf(model) ?? '-',
      model.id,
      model.webhook === null ? 'nobody' : maskedUrl(model.webhook),
    ]),
  ]))
    output.line(row);
  for (const model of lost) {
    output.line();
    output.line(
      `models.json has ${model.name}, but no account here has its ${model.tournament} model ${model.numeraiModelId ?? model.numeraiModelName}.`,
    );
  }
  if (paste.length > 0) {
    output.line();
    output.line('To configure the others, paste into "models" of models.json and name the image:');
    output.line();
    output.line(paste.map((entry) => JSON.stringify(entry, null, 2)).join(',\n'));
  }
  return lost.length === 0 ? EXIT.ok : EXIT.failed;
}

/** An entry of models.json for a model at Numerai; the participant's image is theirs to fill in. */
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
