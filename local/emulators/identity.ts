// The managed identity endpoint of App Service and Functions, api-version 2019-08-01, as documented in "How to
// use managed identities for App Service" (REST endpoint reference). In Azure it is plain HTTP on loopback;
// the SDK accepts HTTPS as well, so this is like every other emulator.

import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Certificates } from './certificates.ts';
import { Emulator, type EmulatorAnswer, type EmulatorCall } from './emulator.ts';
import type { TokenAuthority } from './tokens.ts';

/** The audiences that tokens are issued for; Entra ID accepts each with and without a trailing slash. */
const KNOWN_AUDIENCES = [
  'https://management.azure.com',
  'https://vault.azure.net',
  'https://storage.azure.com',
  'https://ml.azure.com',
] as const;

const PATH = '/msi/token';
const API_VERSION = '2019-08-01';
/** Each selects a user-assigned identity; MSAL sends the first three, older clients `principal_id`. */
const SELECTORS = ['client_id', 'mi_res_id', 'object_id', 'principal_id'] as const;

export interface IdentityOptions {
  readonly certificates: Certificates;
  readonly tokens: TokenAuthority;
  /**
   * Client id of a user-assigned identity. Requests must name it, since the app then has no system-assigned
   * one. Default: the app has only a system-assigned identity, and requests must name none.
   */
  readonly clientId?: string;
  /** Seconds for which tokens are valid; default a day, as in App Service. */
  readonly tokenLifetimeSeconds?: number;
}

export interface Identity {
  readonly emulator: Emulator;
  /** `IDENTITY_ENDPOINT` */
  readonly endpoint: string;
  /** `IDENTITY_HEADER` */
  readonly header: string;
  /** Client id in the tokens, for either kind of identity. */
  readonly clientId: string;
  close(): Promise<void>;
}

/** Starts the identity endpoint of one app with one identity. */
export async function startIdentity(options: IdentityOptions): Promise<Identity> {
  const header = randomBytes(16).toString('hex').toUpperCase();
  const clientId = options.clientId ?? randomUUID();
  const app = { ...options, header, clientId, isUserAssigned: options.clientId !== undefined };
  const emulator = await new Emulator({
    name: 'identity',
    certificates: options.certificates,
    handle: (call) => answer(call, app),
    errorBody: (_code, message) => failureBody(500, message),
  }).listen();
  return {
    emulator,
    endpoint: `${emulator.url}${PATH}`,
    header,
    clientId,
    close: () => emulator.close(),
  };
}

interface AppWithIdentity {
  readonly tokens: TokenAuthority;
  readonly header: string;
  readonly clientId: string;
  readonly isUserAssigned: boolean;
  readonly tokenLifetimeSeconds?: number;
}

function answer(call: EmulatorCall, app: AppWithIdentity): EmulatorAnswer {
  const query = call.url.searchParams;
  const resource = query.get('resource');
  if (call.url.pathname.replace(/\/$/, '') !== PATH) return failure(404, 'Not found.');
  if (call.method !== 'GET') return failure(405, 'Only GET is allowed.');
  if (!isHeader(call.headers['x-identity-header'], app.header)) {
    // The header protects the tokens from server-side request forgery.
    return failure(401, "The header X-IDENTITY-HEADER is missing or is not this app's.");
  }
  if (query.get('api-version') !== API_VERSION) {
    return failure(400, `The api-version '${query.get('api-version') ?? ''}' is not supported.`);
  }
  if (resource === null || resource === '') {
    return failure(400, "The parameter 'resource' is missing.");
  }
  const refusal = refuseSelection(query, app);
  if (refusal !== undefined) return failure(400, refusal);
  if (!KNOWN_AUDIENCES.some((known) => known === resource.replace(/\/$/, ''))) {
    return failure(
      400,
      `AADSTS500011: The resource principal named ${resource} was not found in the tenant named ${app.tokens.tenantId}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
    );
  }
  const { token, expiresOn } = app.tokens.issue({
    audience: resource,
    clientId: app.clientId,
    ...(app.tokenLifetimeSeconds === undefined ? {} : { lifetimeSeconds: app.tokenLifetimeSeconds }),
  });
  return {
    status: 200,
    body: {
      access_token: token,
      expires_on: String(expiresOn),
      resource,
      token_type: 'Bearer',
      client_id: app.clientId,
    },
  };
}

/** Why the app does not have the identity that the query names; undefined if it has. */
function refuseSelection(query: URLSearchParams, app: AppWithIdentity): string | undefined {
  const named = SELECTORS.filter((selector) => query.has(selector));
  if (named.length === 0) {
    return app.isUserAssigned ? 'Unable to load the proper Managed Identity.' : undefined;
  }
  const isOurs =
    named.length === 1 && app.isUserAssigned && query.get('client_id')?.toLowerCase() === app.clientId.toLowerCase();
  return isOurs
    ? undefined
    : 'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.';
}

function isHeader(given: string | string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string' || given.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

const failureBody = (status: number, message: string) => ({
  statusCode: status,
  message,
  correlationId: randomUUID(),
});
const failure = (status: number, message: string): EmulatorAnswer => ({
  status,
  body: failureBody(status, message),
});
