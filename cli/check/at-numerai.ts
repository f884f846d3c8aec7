// What Numerai has of the models: the key of each account and its scopes, each slot, its tournament, its webhook.

import { hasSlots, type Model, type ModelsFile } from '../../src/lib/config/models.ts';
import { settingOfSecret } from '../../src/lib/config/secret-names.ts';
import { someOf } from '../../src/lib/util/sentences.ts';
import { isOf, matchOf } from '../../src/lib/verification/numerai-models.ts';
import type { NumeraiKeys, NumeraiModel } from '../../src/lib/verification/submission-source.ts';
import type { Context } from '../context.ts';
import { asFailure, EXIT, HOW_TO_MAKE_A_KEY } from '../failure.ts';
import { NEEDED_SCOPES } from '../numerai-key.ts';
import { allOf, type Finding, failed, ok, unchecked } from './finding.ts';
import type { ModelAtNumerai } from './model-at-numerai.ts';
import { webhookFindings } from './webhooks.ts';

/** @param url where the app is; null where that is not known. */
export async function checkNumerai(
  context: Context,
  { models }: ModelsFile,
  url: string | null,
): Promise<readonly Finding[]> {
  const withSlots = models.filter(hasSlots);
  const without = models.filter((model) => !hasSlots(model)).map(({ name }) => name);
  const unknown =
    without.length === 0
      ? []
      : [
          unchecked(
            'submissions',
            `${someOf(without).join(', ')} ${without.length === 1 ? 'names' : 'name'} no numeraiModels, so nobody asks Numerai whether they arrived.`,
            'Name them: `npm run numerai -- models` prints what to paste.',
          ),
        ];
  const found: Finding[] = [];
  const known: ModelAtNumerai[] = [];
  for (const group of Map.groupBy(withSlots, keyNames).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { findings, account } = await checkAccount(context, first);
    found.push(...findings);
    known.push(...group.map((model) => ({ model, account })));
  }
  const asked = known.filter(({ account }) => account !== null);
  if (asked.length === 0) return [...found, ...unknown];
  return [...found, ...unknown, ...slotFindings(asked), ...webhookFindings(asked, url)];
}

const variablesOf = ({ numeraiKeys }: Model): readonly string[] =>
  [numeraiKeys.publicId, numeraiKeys.secretKey].map(settingOfSecret);
const keyNames = (model: Model): string => variablesOf(model).join(' and ');

interface AccountCheck {
  readonly findings: readonly Finding[];
  readonly account: readonly NumeraiModel[] | null;
}

async function checkAccount(context: Context, model: Model): Promise<AccountCheck> {
  const subject = `API key in ${keyNames(model)}`;
  const missing = variablesOf(model).filter((name) => context.secret(name) === null);
  if (missing.length > 0) {
    const remedy = `Set ${missing.join(' and ')} in the environment, or in a file .env here (docs/commands.md, "Keys").`;
    return { findings: [unchecked(subject, `${missing.join(' and ')} not set.`, remedy)], account: null };
  }
  const keys = context.keysOf(model);
  try {
    const { name, scopes } = await context.readKey(keys);
    const lacking = Object.keys(NEEDED_SCOPES).filter((scope) => scopes !== null && !scopes.includes(scope));
    if (lacking.length > 0) {
      const words = lacking.map((scope) => `${NEEDED_SCOPES[scope]} (${scope})`).join(', ');
      const found = [failed(subject, `it may not ${words}.`, HOW_TO_MAKE_A_KEY)];
      return { findings: found, account: lacking.includes('read_user_info') ? null : await list(context, keys) };
    }
    const account = await list(context, keys);
    const said = `${name ?? 'it'} has the scopes it needs; the account has ${account.length} ${account.length === 1 ? 'model' : 'models'}.`;
    return { findings: [ok(subject, said)], account };
  } catch (error) {
    const { message, exitCode } = asFailure(error);
    const finding = exitCode === EXIT.unreachable ? unchecked(subject, message) : failed(subject, message, '');
    return { findings: [finding], account: null };
  }
}

const list = ({ numerai }: Context, keys: NumeraiKeys): Promise<readonly NumeraiModel[]> => numerai.accountModels(keys);

function slotFindings(known: readonly ModelAtNumerai[]): readonly Finding[] {
  const slots = known.flatMap(({ model, account }) =>
    model.numeraiModels.map((slot) => ({
      model,
      slot,
      account: account ?? [],
      found: matchOf(slot, model, account ?? []),
    })),
  );
  const wrong = slots.flatMap(({ model, slot, account, found }) => {
    const subject = `${slot} of ${model.name}`;
    if (found === undefined) return [failed(subject, 'the account has no such model.', nearest(slot, model, account))];
    if (isOf(found, model)) return [];
    const of = found.tournament ?? 'a tournament that is not known here';
    const remedy = `Write "tournament": "${of}" for an entry of its own, or name one of ${model.tournament}.`;
    return [failed(subject, `at Numerai it is of ${of}, and not of ${model.tournament}.`, remedy)];
  });
  const doubles = [...Map.groupBy(slots, ({ found }) => found?.id ?? '')]
    .filter(([id, same]) => id !== '' && same.length > 1)
    .map(([id, same]) => {
      const places = same.map(({ slot, model }) => `${slot} of ${model.name}`).join(' and ');
      return failed(places, `they are one model at Numerai (id ${id}).`, 'Leave it in one place.');
    });
  return allOf(
    [...wrong, ...doubles],
    'numeraiModels',
    slots.length === 1
      ? 'the one is at Numerai, in its tournament.'
      : `all ${slots.length} are at Numerai, each in its tournament.`,
  );
}

function nearest(slot: string, model: Model, account: readonly NumeraiModel[]): string {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const alike = account.find(({ name }) => plain(name) === plain(slot));
  if (alike !== undefined) return `Did you mean ${alike.name}?`;
  const names = account.filter((each) => isOf(each, model)).map(({ name }) => name);
  return `It has, of ${model.tournament}: ${someOf(names).join(', ') || 'none'}. Is it the key of another account?`;
}
