// The identities and subnets of other subscriptions that models.json names: the template gives the app a role on each, there. So
// the person who deploys has to see that subscription, and it has to be of the same tenant: a role is given to nobody else.

import { type Finding, failed, note } from '../../cli/check/finding.ts';
import { type Named, namedIn, subscriptionOf } from '../../cli/check/template-rules.ts';
import type { ModelsFile } from '../../src/lib/config/models.ts';
import { messageOf } from '../../src/lib/util/errors.ts';
import type { AzureCli } from './azure-cli.ts';

/** @param cliOf the Azure CLI on a subscription. @param own the one that is deployed to. */
export async function otherSubscriptionFindings(
  cliOf: (subscriptionId: string) => AzureCli,
  own: string,
  models: ModelsFile,
): Promise<readonly Finding[]> {
  const named = namedIn(models).filter(({ id }) => subscriptionOf(id).toLowerCase() !== own.toLowerCase());
  if (named.length === 0) return [];
  const tenantOf = (subscriptionId: string) =>
    cliOf(subscriptionId)(['account', 'show', '--query', 'tenantId', '--output', 'tsv']);
  let tenant: string;
  try {
    tenant = await tenantOf(own);
  } catch (error) {
    return [
      note('other subscriptions', `they cannot be looked at: ${messageOf(error)}`, 'Azure will say what it refuses.'),
    ];
  }
  const findings = await Promise.all(
    [...Map.groupBy(named, ({ id }) => subscriptionOf(id).toLowerCase())].map(async ([subscriptionId, all]) => {
      const theirs = await tenantOf(subscriptionId).catch(() => null);
      return theirs === tenant ? [] : all.map((each) => wrong(each, subscriptionId, theirs));
    }),
  );
  return findings.flat();
}

/** @param tenant null where the subscription is not shown. */
function wrong({ key, entry, id }: Named, subscriptionId: string, tenant: string | null): Finding {
  const subject = `${key} of ${entry}`;
  return tenant === null
    ? failed(
        subject,
        `${id} is in the subscription ${subscriptionId}, which the Azure CLI does not show to you: the template could not give the app its role there.`,
        'Fix the id; or sign in as somebody who may give roles there (az login, then az account list --refresh).',
      )
    : failed(
        subject,
        `${id} is in the subscription ${subscriptionId} of another tenant (${tenant}): the app can have no role there.`,
        'Name one of a subscription of the tenant that is deployed to.',
      );
}
