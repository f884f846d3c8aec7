// `register`, `unregister`: the webhook that Numerai calls when a round opens. Nothing is written where nothing
// changes.

import type { Command } from 'commander';
import type { Model } from '../../src/lib/config/models.ts';
import { lookUpSlots, type Slot } from '../account.ts';
import type { AddCommand, Context } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';
import { maskedUrl } from '../format.ts';
import { chooseModels } from '../models-file.ts';
import { needsNoKey } from '../target.ts';

interface Change {
  readonly slot: Slot;
  /** The model of models.json; with the slot where it has several. */
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly changed: boolean;
}

interface Options {
  readonly dryRun?: boolean;
  readonly allSlots?: boolean;
}

type Action = (context: Context, names: readonly string[], options: Options) => Promise<ExitCode>;

export const addRegister: AddCommand = (program, withContext) => {
  const add = (name: string, description: string, action: Action): Command =>
    program
      .command(name)
      .description(description)
      .argument('[models...]', 'names in models.json; default: all')
      .option('--dry-run', 'show what would change')
      .action(withContext(action));
  add('register', "Register the app's webhook, which Numerai calls when a round opens.", register).option(
    '--all-slots',
    'on every Numerai model that an entry submits for, not only on the first: any of them then starts the one run',
  );
  add('unregister', 'Remove the webhook from Numerai, from all models of each entry.', unregister);
};

const register: Action = async (context, names, options) => {
  const url = await context.target.appUrl();
  const key = context.secret('WEBHOOK_FUNCTION_KEY');
  if (key === null && !needsNoKey(url))
    throw new CommandFailure(
      EXIT.usage,
      'WEBHOOK_FUNCTION_KEY is not set: the key of the function `webhook`, which lets Numerai in. docs/deploy.md, "Register the webhooks", shows the command that reads it.',
    );
  const code = key === null ? '' : `?code=${encodeURIComponent(key)}`;
  return change(context, names, options, ({ name }) => `${url}/api/webhook/${name}${code}`);
};

const unregister: Action = (context, names, options) =>
  change(context, names, { ...options, allSlots: true }, () => null);

async function change(
  context: Context,
  names: readonly string[],
  { dryRun = false, allSlots = false }: Options,
  webhookOf: (model: Model) => string | null,
): Promise<ExitCode> {
  const { output } = context;
  const models = chooseModels(await context.modelsFile(), names);
  // All are looked up before the first is changed: a wrong entry in models.json changes nothing.
  const found = await lookUpSlots(context, models);
  const slots = found.filter(({ model, slot }) => allSlots || slot === model.numeraiModels[0]);
  const changes = slots.map((slot): Change => {
    const { model, atNumerai } = slot;
    const { webhook: before } = atNumerai;
    const after = webhookOf(model);
    const name = model.numeraiModels.length > 1 ? `${model.name} (${slot.slot})` : model.name;
    return { slot, name, before, after, changed: !isSame(before, after) };
  });
  for (const line of changes.flatMap(linesOf)) output.line(line);

  const due = changes.filter(({ changed }) => changed);
  if (!dryRun) await write(context, due);
  output.line();
  output.line(summary(changes.length, due.length, dryRun));
  output.result({
    dryRun,
    models: changes.map(({ slot: { model, slot, atNumerai }, before, after, changed }) => ({
      model: model.name,
      slot,
      id: atNumerai.id,
      before: before === null ? null : maskedUrl(before),
      after: after === null ? null : maskedUrl(after),
      changed,
    })),
  });
  return EXIT.ok;
}

/** Writes, then reads again: what counts is what Numerai has then. */
async function write(context: Context, due: readonly Change[]): Promise<void> {
  if (due.length === 0) return;
  const { output, webhooks, keysOf } = context;
  for (const { slot, name, after } of due) {
    output.progress(`${name} …`);
    await webhooks.set(slot.atNumerai.id, after, keysOf(slot.model));
  }
  output.progress('Reading the webhooks again …');
  const found = await lookUpSlots(context, [...new Set(due.map(({ slot }) => slot.model))]);
  output.progress(null);
  const now = new Map(found.map(({ atNumerai: { id, webhook } }) => [id, webhook]));
  const wrong = due.filter(({ slot, after }) => !isSame(now.get(slot.atNumerai.id) ?? null, after));
  if (wrong.length > 0)
    throw new CommandFailure(
      EXIT.failed,
      `Numerai accepted the change of ${wrong.map(({ name }) => name).join(', ')}, but shows another webhook. \`npm run numerai -- models\` lists what it has.`,
    );
}

/** Whether two addresses lead to the same place with the same key, however the key is written. */
function isSame(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  if (!URL.canParse(one)) return false;
  const [a, b] = [new URL(one), new URL(other)];
  return maskedUrl(one) === maskedUrl(other) && a.searchParams.get('code') === b.searchParams.get('code');
}

function linesOf({ name, before, after, changed }: Change): string[] {
  const [old, next] = [before, after].map(shown);
  if (!changed) return [`${name}: unchanged, ${next}`];
  const sameButKey = old === next ? '  (another key)' : '';
  return [`${name}:`, `  before  ${old}`, `  after   ${next}${sameButKey}`];
}

const shown = (url: string | null): string => (url === null ? 'no webhook' : maskedUrl(url));

function summary(all: number, due: number, dryRun: boolean): string {
  if (due === 0) return 'Nothing to change.';
  const models = `${due} of ${all} ${all === 1 ? 'model' : 'models'}`;
  return dryRun ? `Dry run: would change ${models}.` : `Changed ${models}.`;
}
