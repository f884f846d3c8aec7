// The secrets of a job of Azure Machine Learning, which is given their names: they are read from the vault with the identity
// of the compute. On the other platforms there is nothing to do.

import { EXIT, Failure } from './failures.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The variables with the secrets that KEY_VAULT_SECRETS names: variable → name. */
export async function withSecrets(env: Variables): Promise<Variables> {
  const { KEY_VAULT_URL: vault, KEY_VAULT_SECRETS: names } = env;
  if (vault === undefined || names === undefined) return env;
  const token = await tokenFor('https://vault.azure.net', env);
  const secrets: Record<string, string> = {};
  for (const [variable, name] of Object.entries<unknown>(JSON.parse(names)))
    secrets[variable] = await read(vault, String(name), token);
  return { ...env, ...secrets };
}

async function tokenFor(resource: string, env: Variables): Promise<string> {
  const { MSI_ENDPOINT, MSI_SECRET, DEFAULT_IDENTITY_CLIENT_ID } = env;
  if (MSI_ENDPOINT === undefined || MSI_SECRET === undefined)
    throw new Failure(EXIT.configuration, 'There are secrets to be read, and the compute has no managed identity.');
  const url = new URL(MSI_ENDPOINT);
  url.searchParams.set('api-version', '2017-09-01');
  url.searchParams.set('resource', resource);
  if (DEFAULT_IDENTITY_CLIENT_ID !== undefined) url.searchParams.set('clientid', DEFAULT_IDENTITY_CLIENT_ID);
  const answer = await get(url, { secret: MSI_SECRET });
  return textIn(answer, 'access_token', 'The identity of the compute gave no token for the vault');
}

async function read(vault: string, name: string, token: string): Promise<string> {
  const address = `${vault.replace(/\/+$/, '')}/secrets/${name}?api-version=7.4`;
  const answer = await get(address, { authorization: `Bearer ${token}` });
  return textIn(answer, 'value', `The secret ${name} cannot be read with the identity of the compute`);
}

/** No word of the answer is repeated: it may be a secret. */
async function textIn(answer: Response, key: string, what: string): Promise<string> {
  const body: unknown = answer.ok ? await answer.json() : null;
  const value =
    typeof body === 'object' && body !== null ? Object.entries(body).find(([name]) => name === key)?.[1] : '';
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  const isPassing = answer.status >= 500 || answer.status === 408 || answer.status === 429;
  throw new Failure(isPassing ? EXIT.unavailable : EXIT.configuration, `${what} (HTTP ${answer.status}).`);
}

/** Without an answer, another attempt may have one. */
async function get(address: string | URL, headers: Readonly<Record<string, string>>): Promise<Response> {
  try {
    return await fetch(address, { headers });
  } catch {
    throw new Failure(EXIT.unavailable, `No answer from ${new URL(address).host}.`);
  }
}
