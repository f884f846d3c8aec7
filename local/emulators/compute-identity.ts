// The managed identity of a compute cluster of Machine Learning, as a job's command finds it: MSI_ENDPOINT and MSI_SECRET,
// api-version 2017-09-01, as `ManagedIdentityCredential` of azure-identity asks there (azure-identity,
// `_credentials/azure_ml.py`). In Azure it is plain HTTP within the node.

import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Certificates } from './certificates.ts';
import { Emulator, type EmulatorAnswer, type EmulatorCall } from './emulator.ts';
import type { TokenAuthority } from './tokens.ts';

export interface ComputeIdentity {
  readonly emulator: Emulator;
  /** Variables of a job that runs with the identity. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const AUDIENCES = ['https://vault.azure.net', 'https://storage.azure.com', 'https://management.azure.com'];

/** Starts the endpoint of one cluster with a system-assigned identity. */
export async function startComputeIdentity({
  certificates,
  tokens,
}: {
  readonly certificates: Certificates;
  readonly tokens: TokenAuthority;
}): Promise<ComputeIdentity> {
  const secret = randomBytes(16).toString('hex');
  const clientId = randomUUID();
  const emulator = await new Emulator({
    name: 'compute identity',
    certificates,
    handle: (call) => answer(call, { secret, clientId, tokens }),
  }).listen();
  return {
    emulator,
    env: { MSI_ENDPOINT: `${emulator.url}/MSI/auth`, MSI_SECRET: secret, DEFAULT_IDENTITY_CLIENT_ID: clientId },
    close: () => emulator.close(),
  };
}

function answer(
  { method, url, headers }: EmulatorCall,
  { secret, clientId, tokens }: { secret: string; clientId: string; tokens: TokenAuthority },
): EmulatorAnswer {
  const refuse = (status: number, message: string): EmulatorAnswer => ({
    status,
    body: { statusCode: status, message },
  });
  if (url.pathname !== '/MSI/auth' || method !== 'GET') return refuse(404, 'Not found.');
  if (!isSame(headers.secret, secret)) return refuse(401, 'The header secret is missing or wrong.');
  const asked = url.searchParams;
  if (asked.get('api-version') !== '2017-09-01') return refuse(400, 'The api-version is not supported.');
  const resource = asked.get('resource') ?? '';
  if (!AUDIENCES.includes(resource.replace(/\/$/, ''))) return refuse(400, `The resource ${resource} is not known.`);
  // The SDK names it always: DEFAULT_IDENTITY_CLIENT_ID.
  if ((asked.get('clientid') ?? clientId) !== clientId) return refuse(400, 'The compute has no such identity.');
  const { token, expiresOn } = tokens.issue({ audience: resource, clientId });
  return { status: 200, body: { access_token: token, expires_on: String(expiresOn), resource, token_type: 'Bearer' } };
}

function isSame(given: string | string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string' || given.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
