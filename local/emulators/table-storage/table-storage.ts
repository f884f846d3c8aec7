// Table Storage: Azurite behind an emulator that adds what Azurite lacks, which is a check of the token's
// signature and of the caller's role, limits that only the real service enforces, faults, and a log of calls.

import type { Certificates } from '../certificates.ts';
import { Emulator, type EmulatorAnswer, type EmulatorCall } from '../emulator.ts';
import type { TokenAuthority } from '../tokens.ts';
import { startAzurite } from './azurite.ts';
import { errorAnswer, errorBody, transactionErrorAnswer } from './errors.ts';
import { refusalOf } from './limits.ts';
import { type ParsedCall, parseCall, type TableOperation } from './operations.ts';
import { TABLE_REFUSALS } from './refusals.ts';

const AUDIENCE = 'https://storage.azure.com';
/** Azurite's only account. Its key is public: every installation has the same. */
const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface TableStorageOptions {
  readonly certificates: Certificates;
  readonly tokens: TokenAuthority;
  /** Client ids with the role "Storage Table Data Contributor". Default: every caller with a token. */
  readonly clientIds?: readonly string[];
  /** Keeps the tables between starts; created if it is missing. Default: tables in memory. */
  readonly folder?: string | undefined;
}

export interface TableStorage {
  readonly emulator: Emulator;
  /** `AzureWebJobsStorage__tableServiceUri` */
  readonly endpoint: string;
  readonly account: string;
  /** `AzureWebJobsStorage`, for an app without an identity. */
  readonly connectionString: string;
  /** The operations of the calls logged so far, oldest first; each transaction is one entry. */
  operations(): readonly (readonly TableOperation[])[];
  /** Sets the client ids that have the role; `undefined`: every caller. */
  allowOnly(clientIds: readonly string[] | undefined): void;
  close(): Promise<void>;
}

/** Starts Azurite and the emulator in front of it, each on a free port. */
export async function startTableStorage(options: TableStorageOptions): Promise<TableStorage> {
  const azurite = await startAzurite(options.certificates, options.folder ?? null);
  let allowed = options.clientIds && new Set(options.clientIds);
  const emulator = await new Emulator({
    name: 'table-storage',
    certificates: options.certificates,
    handle: (call) => refuseCaller(call, options.tokens, allowed) ?? refuseRequest(call) ?? azurite.forward(call),
    words: wordsOf,
    errorBody: (code, message, { status }) =>
      // Throttled and overloaded tables answer 503.
      status === 503 && code === 'InternalServerError'
        ? errorBody('ServerBusy', 'The server is busy.')
        : errorBody(code, message),
  }).listen();
  const endpoint = `${emulator.url}/${ACCOUNT}`;
  return {
    emulator,
    endpoint,
    account: ACCOUNT,
    connectionString: `DefaultEndpointsProtocol=https;AccountName=${ACCOUNT};AccountKey=${ACCOUNT_KEY};TableEndpoint=${endpoint};`,
    operations: () => emulator.calls.map((call) => parseCall(call).operations),
    allowOnly: (clientIds) => {
      allowed = clientIds && new Set(clientIds);
    },
    close: async () => {
      await emulator.close();
      await azurite.close();
    },
  };
}

/** What the service says with a code. */
export const wordsOf = (code: string): string | undefined => TABLE_REFUSALS[code]?.message;

/** Refuses tokens that are missing, forged, expired or for another service. Azurite checks shared keys. */
function refuseCaller(
  call: EmulatorCall,
  tokens: TokenAuthority,
  allowed: ReadonlySet<string> | undefined,
): EmulatorAnswer | undefined {
  const { authorization } = call.headers;
  if (authorization?.startsWith('SharedKey')) return undefined;
  const check = tokens.check(authorization, AUDIENCE);
  if (!check.ok) {
    const code = check.reason === 'missing' ? 'NoAuthenticationInformation' : 'InvalidAuthenticationInfo';
    const message =
      'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.';
    const authority = `https://login.microsoftonline.com/${tokens.tenantId}/oauth2/authorize`;
    return errorAnswer(
      { status: 401, code, message },
      { 'www-authenticate': `Bearer authorization_uri=${authority} resource_id=${AUDIENCE}` },
    );
  }
  if (allowed === undefined || allowed.has(check.clientId)) return undefined;
  return errorAnswer({
    status: 403,
    code: 'AuthorizationPermissionMismatch',
    message: 'This request is not authorized to perform this operation using this permission.',
  });
}

function refuseRequest(call: EmulatorCall): EmulatorAnswer | undefined {
  let parsed: ParsedCall;
  try {
    parsed = parseCall(call);
  } catch {
    return errorAnswer({
      status: 400,
      code: 'InvalidInput',
      message: 'One of the request inputs is not valid.',
    });
  }
  const refusal = refusalOf(parsed, call.body.length);
  if (refusal === undefined) return undefined;
  return refusal.index === undefined ? errorAnswer(refusal) : transactionErrorAnswer(refusal);
}
