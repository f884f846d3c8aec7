// A service that does not answer, or a vault that lets nobody in, leaves many questions without an answer: that is one
// finding, with advice that fits it.

import { SecretError } from '../config/secrets.ts';
import { ExternalCallError, type Service } from '../util/external-call.ts';

export interface Finding {
  readonly dependency: string;
  readonly ok: boolean;
  /** What is wrong; null where nothing is. */
  readonly problem: string | null;
  /** What to do about it. */
  readonly remedy: string | null;
}

/** What was found, and what may be why for others as well. */
export interface Checked {
  readonly finding: Finding;
  /** The service that did not answer. */
  readonly away: Service | null;
  /** Why the vault refuses: the same text is the same cause. */
  readonly refusal: string | null;
}

/** The service that does not answer at all, or not now; null where the error is another. */
export function serviceAway(error: unknown): Service | null {
  return error instanceof ExternalCallError && error.failure !== 'refused' && error.explanation === null
    ? error.service
    : null;
}

/** What the vault knows of one secret is a matter of that secret. */
const OF_SECRET = /Secret(Disabled|Expired|NotYetValid|NotFound)|ObjectIs/;

/** Why the vault refuses whatever it is asked for; null where the error is another. */
export function vaultRefusal(error: unknown): string | null {
  const [refused, name] = error instanceof SecretError ? [error.cause, error.secretName] : [error, ''];
  if (!(refused instanceof ExternalCallError) || refused.service !== 'key-vault') return null;
  if (refused.explanation === null || OF_SECRET.test(refused.message)) return null;
  return refused.explanation.what.replaceAll(name, '');
}

const NAMES: Partial<Record<Service, string>> = {
  numerai: 'Numerai',
  'key-vault': 'Key Vault',
  'resource-manager': 'Azure Resource Manager',
  'table-storage': 'Table Storage',
};

const MEANWHILE: Partial<Record<Service, string>> = {
  numerai:
    'The app goes by the rounds that Numerai listed last and by the documented hours, starts what is due, and asks whether submissions have arrived once Numerai answers. Near the close, look at numer.ai yourself. Only if Numerai answers you and not the app, check NUMERAI_API_URL.',
  'key-vault':
    'Starts go on with the secrets that the app has read before. Only if it stays, check KEY_VAULT_URL, and the state of Key Vault at https://azure.status.microsoft.',
  'resource-manager':
    'Starts are repeated until the round closes; containers that run go on. Only if it stays, look at https://azure.status.microsoft, and submit by hand where the round closes before.',
  'table-storage':
    'Nothing can be started before it answers. Only if it stays, check AzureWebJobsStorage__tableServiceUri, and look at https://azure.status.microsoft.',
};

/** The findings, where all that one service left unanswered is one of them. */
export function oneForEachCause(checked: readonly Checked[]): Finding[] {
  return checked.flatMap(({ finding, away, refusal }, index) => {
    if (refusal !== null) {
      const [first, ...others] = checked.filter((other) => other.refusal === refusal);
      return first?.finding === finding ? { ...finding, problem: withUnknown(finding, others) } : [];
    }
    if (away === null) return finding;
    const same = checked.filter((other) => other.away === away);
    if (checked.findIndex((other) => other.away === away) !== index) return [];
    const others = same.filter((other) => other.finding.dependency !== NAMES[away]);
    return {
      dependency: NAMES[away] ?? away,
      ok: false,
      problem: withUnknown(finding, others),
      remedy: `This may pass by itself; there is nothing to fix here. ${MEANWHILE[away] ?? ''}`,
    };
  });
}

function withUnknown({ problem }: Finding, others: readonly Checked[]): string {
  const names = others.map(({ finding }) => finding.dependency);
  return names.length === 0 ? `${problem}` : `${problem} Not known for that reason: ${names.join(', ')}.`;
}
