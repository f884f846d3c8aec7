// Whether Numerai calls this app: a webhook on one model of each entry, and of this app.

import { isOf, matchOf } from '../../src/lib/verification/numerai-models.ts';
import type { NumeraiModel } from '../../src/lib/verification/submission-source.ts';
import { maskedUrl } from '../format.ts';
import { allOf, type Finding, failed, note, unchecked } from './finding.ts';
import type { ModelAtNumerai } from './model-at-numerai.ts';

/** @param url where the app is; null where that is not known. */
export function webhookFindings(known: readonly ModelAtNumerai[], url: string | null): readonly Finding[] {
  if (url === null)
    return [
      unchecked('webhooks', 'where the app is, is not known.', 'Give --url https://…, or set AZURE_FUNCTION_URL.'),
    ];
  const faults = known.flatMap((each) => findingsOf(each, url));
  return allOf(
    [...faults, ...strays(known, url)],
    'webhooks',
    `Numerai calls ${url} for ${known.length === 1 ? 'the one model' : `each of ${known.length} models`}.`,
  );
}

function slotsOf({ model, account }: ModelAtNumerai): readonly NumeraiModel[] {
  return model.numeraiModels.flatMap((slot) => {
    const found = matchOf(slot, model, account ?? []);
    return found !== undefined && isOf(found, model) ? [found] : [];
  });
}

function findingsOf(each: ModelAtNumerai, url: string): readonly Finding[] {
  const { name } = each.model;
  const slots = slotsOf(each);
  // That the account has none is said already.
  if (slots.length === 0) return [];
  const subject = `webhook of ${name}`;
  const register = `Register it: \`npm run numerai -- register ${name}\`.`;
  const webhooks = slots.flatMap(({ webhook }) => webhook ?? []);
  if (webhooks.length === 0) return [failed(subject, 'Numerai has none.', register)];
  const own = webhooks.filter((webhook) => isAt(webhook, url));
  const others = webhooks.filter((webhook) => !isAt(webhook, url)).map(maskedUrl);
  if (own.length === 0) return [failed(subject, `Numerai has ${others.join(', ')}, which is not ${url}.`, register)];
  if (!own.some((webhook) => pathOf(webhook) === `/api/webhook/${name}`))
    return [failed(subject, `Numerai has ${own.map(maskedUrl).join(', ')}, which starts another model.`, register)];
  return [];
}

/** Models at Numerai that call this app although no entry submits for them. */
function strays(known: readonly ModelAtNumerai[], url: string): readonly Finding[] {
  const own = new Set(known.flatMap(slotsOf).map(({ id }) => id));
  const all = new Map(known.flatMap(({ account }) => account ?? []).map((model) => [model.id, model]));
  return [...all.values()]
    .filter(({ id, webhook }) => !own.has(id) && webhook !== null && isAt(webhook, url))
    .map(({ name }) =>
      note(
        `webhook of ${name} at Numerai`,
        'it calls this app, and no entry of models.json submits for it.',
        'Remove it at Numerai, or add the model to an entry.',
      ),
    );
}

const pathOf = (webhook: string): string => URL.parse(webhook)?.pathname ?? '';
const isAt = (webhook: string, url: string): boolean => URL.parse(webhook)?.origin === new URL(url).origin;
