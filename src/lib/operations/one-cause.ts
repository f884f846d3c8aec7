// A service that does not answer leaves many questions without an answer: that is one finding, with advice that fits it.

import { ExternalCallError, type Service } from '../util/external-call.ts';

export interface Finding {
  readonly dependency: string;
  readonly ok: boolean;
  /** What is wrong; null where nothing is. */
  readonly problem: string | null;
  /** What to do about it. */
  readonly remedy: string | null;
}

/** What was found, and which service did not answer, where that is why. */
export interface Checked {
  readonly finding: Finding;
  readonly away: Service | null;
}

/** The service that does not answer at all, or not now; null where the error is another. */
export function serviceAway(error: unknown): Service | null {
  return error instanceof ExternalCallError && error.failure !== 'refused' && error.explanation === null
    ? error.service
    : null;
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
  return checked.flatMap(({ finding, away }, index) => {
    if (away === null) return finding;
    const same = checked.filter((other) => other.away === away);
    if (checked.findIndex((other) => other.away === away) !== index) return [];
    const unknown = same.map((other) => other.finding.dependency).filter((name) => name !== NAMES[away]);
    return {
      dependency: NAMES[away] ?? away,
      ok: false,
      problem: `${finding.problem}${unknown.length === 0 ? '' : ` Not known for that reason: ${unknown.join(', ')}.`}`,
      remedy: `There is nothing to fix here: this passes by itself. ${MEANWHILE[away] ?? ''}`,
    };
  });
}
