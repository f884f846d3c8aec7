// Resource Manager's own checks, before the resource provider sees a request.

import type { EmulatorCall } from '../emulator.ts';
import type { TokenAuthority } from '../tokens.ts';
import { ArmError } from './arm-error.ts';
import { ACTION_OF, type Call, readCall } from './calls.ts';
import { KNOWN_LOCATIONS } from './locations.ts';
import type { Roles, Scope, ScopedCall } from './scope.ts';

const AUDIENCE = 'https://management.azure.com';
/** The older name of the same audience; Resource Manager takes both. */
const CLASSIC_AUDIENCE = 'https://management.core.windows.net';
export const RESOURCE_TYPE = 'Microsoft.ContainerInstance/containerGroups';

/** Versions that the resource provider supports; the SDK sends 2023-05-01. */
const API_VERSIONS: readonly string[] = [
  '2017-08-01-preview',
  '2017-10-01-preview',
  '2017-12-01-preview',
  '2018-02-01-preview',
  '2018-04-01',
  '2018-06-01',
  '2018-07-01',
  '2018-09-01',
  '2018-10-01',
  '2019-12-01',
  '2020-11-01',
  '2021-03-01',
  '2021-07-01',
  '2021-09-01',
  '2021-10-01',
  '2022-04-01-preview',
  '2022-09-01',
  '2022-10-01-preview',
  '2023-02-01-preview',
  '2023-05-01',
  '2023-05-15-preview',
  '2024-05-01-preview',
  '2025-09-01',
  '2026-05-01',
];

/** What Resource Manager knows of the calls of a resource provider. */
export interface Calls<C extends ScopedCall> {
  readonly namespace: string;
  /** Without its namespace. */
  readonly resourceType: string;
  readonly apiVersions: readonly string[];
  /** The call that a request makes; `null` if there is no such path, `'method'` if only the method is wrong. */
  read(method: string, pathname: string): C | null | 'method';
  /** The permission that it needs. */
  actionOf(call: C): string;
  /** Whether it is about one resource. */
  namesResource(call: C): boolean;
}

export const GROUP_CALLS: Calls<Call> = {
  namespace: 'Microsoft.ContainerInstance',
  resourceType: 'containerGroups',
  apiVersions: API_VERSIONS,
  read: readCall,
  actionOf: ({ kind }) => ACTION_OF[kind],
  namesResource: ({ group }) => group !== '',
};

export interface AdmissionOptions {
  readonly tokens: TokenAuthority;
  readonly scope: Scope;
}

export interface Admitted<C = Call> {
  readonly call: C;
  readonly clientId: string;
  readonly apiVersion: string;
}

/** Admits a request, or throws the refusal. */
export function admit<C extends ScopedCall>(
  request: EmulatorCall,
  { tokens, scope }: AdmissionOptions,
  calls: Calls<C>,
): Admitted<C> {
  const clientId = authenticate(request.headers.authorization, tokens);
  const call = calls.read(request.method, request.url.pathname);
  if (call === null) {
    throw new ArmError(
      404,
      'InvalidResourceType',
      `The resource type could not be found in the path '${request.url.pathname}'.`,
    );
  }
  if (call === 'method') {
    throw new ArmError(
      405,
      'MethodNotAllowed',
      `The requested resource does not support http method '${request.method}'.`,
    );
  }
  const apiVersion = knownVersion(request.url.searchParams.get('api-version'), calls, calls.namesResource(call));
  scope.checkSubscription(call);
  scope.checkProvider(calls.namespace);
  authorise(clientId, calls.actionOf(call), request.url.pathname, scope.roles);
  scope.checkResourceGroup(call);
  scope.checkChange(request.method, request.url.pathname, call);
  return { call, clientId, apiVersion };
}

function authenticate(authorization: string | undefined, tokens: TokenAuthority): string {
  const check = tokens.check(authorization, AUDIENCE);
  if (check.ok) return check.clientId;
  if (check.reason === 'audience') {
    const classic = tokens.check(authorization, CLASSIC_AUDIENCE);
    if (classic.ok) return classic.clientId;
  }
  const [code, message] = REFUSALS[check.reason];
  throw new ArmError(401, code, message, {
    'www-authenticate': `Bearer authorization_uri="https://login.microsoftonline.com/${tokens.tenantId}", error="invalid_token", error_description="${message}"`,
  });
}

const REFUSALS = {
  missing: ['AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing."],
  malformed: [
    'AuthenticationFailed',
    "Authentication failed. The 'Authorization' header is provided in an invalid format.",
  ],
  signature: ['InvalidAuthenticationToken', 'The access token is invalid.'],
  expired: ['ExpiredAuthenticationToken', 'The access token expiry has passed.'],
  audience: [
    'InvalidAuthenticationTokenAudience',
    "The access token has been obtained for wrong audience or resource. It should exactly match with one of the allowed audiences 'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'.",
  ],
} as const;

function knownVersion<C extends ScopedCall>(
  apiVersion: string | null,
  { namespace, resourceType, apiVersions }: Calls<C>,
  namesResource: boolean,
): string {
  if (apiVersion === null || apiVersion === '') {
    throw new ArmError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  if (apiVersions.includes(apiVersion)) return apiVersion;
  const supported = `The supported api-versions are '${apiVersions.join(', ')}'.`;
  if (!/^\d{4}-\d{2}-\d{2}(-\w+)?$/.test(apiVersion)) {
    throw new ArmError(400, 'InvalidApiVersionParameter', `The api-version '${apiVersion}' is invalid. ${supported}`);
  }
  if (!namesResource) {
    throw new ArmError(
      404,
      'InvalidResourceType',
      `The resource type '${resourceType}' could not be found in the namespace '${namespace}' for api version '${apiVersion}'. ${supported}`,
    );
  }
  throw new ArmError(
    400,
    'NoRegisteredProviderFound',
    `No registered resource provider found for API version '${apiVersion}' for type '${resourceType}'. ${supported} The supported locations are '${KNOWN_LOCATIONS.join(', ')}'.`,
  );
}

/** Whether these roles allow an action. */
export function allows(roles: Roles | undefined, clientId: string, action: string): boolean {
  if (roles === undefined) return true;
  const role = Object.hasOwn(roles, clientId) ? roles[clientId] : undefined;
  return (role?.actions ?? []).some((pattern) => matches(pattern, action));
}

const patterns = new Map<string, RegExp>();

function matches(pattern: string, action: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    const escaped = pattern.replace(/[.+?^${}()|[\]\\/]/g, '\\$&').replaceAll('*', '.*');
    compiled = new RegExp(`^${escaped}$`, 'i');
    patterns.set(pattern, compiled);
  }
  return compiled.test(action);
}

function authorise(clientId: string, action: string, scope: string, roles: Roles | undefined): void {
  if (allows(roles, clientId, action)) return;
  throw new ArmError(
    403,
    'AuthorizationFailed',
    `The client '${clientId}' with object id '${clientId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}
