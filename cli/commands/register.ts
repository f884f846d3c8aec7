// `register`, `unregister`: whom Numerai calls when a round opens. Nothing is written where nothing changes.

import type { Model } from '../../src/lib/config/models.ts';
import { type Context, chooseModels, listAccounts } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit.ts';
import { maskedUrl } from '../output.ts';
import { mayGoWithoutKeys } from '../target.ts';

interface Change {
  readonly model: Model;
  readonly id: string;
  readonly before: string | null;
  readonly after: string | null;
}

export async function register(context: Context): Promise<ExitCode> {
  const url = await context.target.appUrl();
  const key = context.secret('WEBHOOK_FUNCTION_KEY');
  if (key === null && !mayGoWithoutKeys(url))
    throw new CommandFailure(
      EXIT.usage,
      'WEBHOOK_FUNCTION_KEY is not set: the key of the function `webhook`, which lets Numerai in. docs/deploy.md, "Register the webhooks", shows the command that reads it.',
    );
  const code = key === null ? '' : `?code=${encodeURIComponent(key)}`;
  return apply(context, (model) => `${url}/api/webhook/${model.name}${code}`);
}

export const unregister = (context: Context): Promise<ExitCode> => apply(context, () => null);

async function apply(context: Context, wanted: (model: Model) => string | null): Promise<ExitCode> {
  const { output, args } = context;
  const models = chooseModels(await context.models(), args.names);
  const found = await listAccounts(context, models);
  // All are looked up before the first is changed: a wrong entry in models.json changes nothing.
  const changes = models.map((model): Change => {
    const { id, webhook } = found(model);
    return { model, id, before: webhook, after: wanted(model) };
  });
  for (const change of changes) for (const line of linesOf(change)) output.line(line);

  const due = changes.filter(({ before, after }) => !isSame(before, after));
  if (!args.dryRun) await write(context, due);
  output.line();
  output.line(summary(changes.length, due.length, args.dryRun));
  output.result({
    dryRun: args.dryRun,
    models: changes.map(({ model, id, before, after }) => ({
      model: model.name,
      numeraiModelId: id,
      before: before === null ? null : maskedUrl(before),
      after: after === null ? null : maskedUrl(after),
      changed: !isSame(before, after),
    })),
  });
  return EXIT.ok;
}

/** Writes, then reads again: what counts is what Numerai has then. */
async function write(context: Context, due: readonly Change[]): Promise<void> {
  if (due.length === 0) return;
  for (const { model, id, after } of due) {
    context.output.progress(`${model.name} …`);
    await context.numerai.setWebhook(id, after, context.keysOf(model));
  }
  context.output.progress('Reading again …');
  const found = await listAccounts(
    context,
    due.map(({ model }) => model),
  );
  context.output.progress(null);
  const wrong = due.filter(({ model, after }) => !isSame(found(model).webhook, after));
  if (wrong.length > 0)
    throw new CommandFailure(
      EXIT.failed,
      `Numerai took the change of ${wrong.map(({ model }) => model.name).join(', ')}, but shows something else now. Look at \`npm run numerai -- models\`.`,
    );
}

/** Whether two addresses lead to the same place with the same key, however the key is written. */
function isSame(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  if (!URL.canParse(one)) return false;
  const [a, b] = [new URL(one), new URL(other)];
  return (
    maskedUrl(one) === maskedUrl(other) && a.searchParams.get('code') === b.searchParams.get('code')
  );
}

function linesOf({ model, before, after }: Change): string[] {
  if (isSame(before, after)) return [`${model.name}: unchanged, ${shown(after)}`];
  const sameButKey =
    before !== null && after !== null && maskedUrl(before) === maskedUrl(after)
      ? '  (another key)'
      : '';
  return [`${model.name}:`, `  before  ${shown(before)}`, `  after   ${shown(after)}${sameButKey}`];
}

const shown = (url: string | null): string =>
  url === null ? 'Numerai calls nobody' : maskedUrl(url);

function summary(all: number, due: number, dryRun: boolean): string {
  if (due === 0) return 'Nothing to change.';
  const models = `${due} of ${all} ${all === 1 ? 'model' : 'models'}`;
  return dryRun ? `A dry run: ${models} would change.` : `Done: ${models} changed.`;
}
