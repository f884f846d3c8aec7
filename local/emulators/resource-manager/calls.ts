// Recognizes the call that a request makes, and the permission that it needs.

/** The supported calls, named as the operations of the OpenAPI document. */
export type CallKind =
  | 'ContainerGroups_Get'
  | 'ContainerGroups_ListByResourceGroup'
  | 'ContainerGroups_List'
  | 'ContainerGroups_CreateOrUpdate'
  | 'ContainerGroups_Update'
  | 'ContainerGroups_Delete'
  | 'ContainerGroups_Start'
  | 'ContainerGroups_Stop'
  | 'ContainerGroups_Restart'
  | 'Containers_ListLogs'
  | 'Operations_Get';

/**
 * The permission that each call needs, as listed by the resource provider
 * (`az provider operation show --namespace Microsoft.ContainerInstance`).
 */
export const ACTION_OF: Readonly<Record<CallKind, string>> = {
  ContainerGroups_Get: 'Microsoft.ContainerInstance/containerGroups/read',
  ContainerGroups_ListByResourceGroup: 'Microsoft.ContainerInstance/containerGroups/read',
  ContainerGroups_List: 'Microsoft.ContainerInstance/containerGroups/read',
  ContainerGroups_CreateOrUpdate: 'Microsoft.ContainerInstance/containerGroups/write',
  ContainerGroups_Update: 'Microsoft.ContainerInstance/containerGroups/write',
  ContainerGroups_Delete: 'Microsoft.ContainerInstance/containerGroups/delete',
  ContainerGroups_Start: 'Microsoft.ContainerInstance/containerGroups/start/action',
  ContainerGroups_Stop: 'Microsoft.ContainerInstance/containerGroups/stop/action',
  ContainerGroups_Restart: 'Microsoft.ContainerInstance/containerGroups/restart/action',
  Containers_ListLogs: 'Microsoft.ContainerInstance/containerGroups/containers/logs/read',
  Operations_Get: 'Microsoft.ContainerInstance/locations/operations/read',
};

/** A caller that creates a group with a user-assigned identity also needs this, on that identity. */
export const ASSIGN_IDENTITY_ACTION = 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action';

/** A caller that puts a group into a subnet also needs this, on that subnet. */
export const JOIN_SUBNET_ACTION = 'Microsoft.Network/virtualNetworks/subnets/join/action';

export interface Call {
  readonly kind: CallKind;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Name of the container group; empty if the call is about none. */
  readonly group: string;
  readonly container: string;
  readonly operationId: string;
}

const GROUPS = '/providers/Microsoft\\.ContainerInstance/containerGroups';
const UNDER_RESOURCE_GROUP = new RegExp(
  `^/subscriptions/([^/]+)/resourceGroups/([^/]+)${GROUPS}(?:/([^/]+)(?:/(start|stop|restart)|/containers/([^/]+)/logs)?)?/?$`,
  'i',
);
const UNDER_SUBSCRIPTION = new RegExp(`^/subscriptions/([^/]+)${GROUPS}/?$`, 'i');
const OPERATION =
  /^\/subscriptions\/([^/]+)\/providers\/Microsoft\.ContainerInstance\/locations\/[^/]+\/operations\/([^/]+)$/i;

const ON_GROUP: Readonly<Record<string, CallKind>> = {
  GET: 'ContainerGroups_Get',
  PUT: 'ContainerGroups_CreateOrUpdate',
  PATCH: 'ContainerGroups_Update',
  DELETE: 'ContainerGroups_Delete',
};
const ACTIONS: Readonly<Record<string, CallKind>> = {
  start: 'ContainerGroups_Start',
  stop: 'ContainerGroups_Stop',
  restart: 'ContainerGroups_Restart',
};

/** The call that a request makes; `null` if there is no such path, `'method'` if only the method is wrong. */
export function readCall(method: string, pathname: string): Call | null | 'method' {
  const found = UNDER_RESOURCE_GROUP.exec(pathname);
  if (found !== null) {
    const [, subscriptionId = '', resourceGroup = '', group = '', action = '', container = ''] = found.map((part) =>
      decodeURIComponent(part ?? ''),
    );
    const kind = kindOf(method, group, action.toLowerCase(), container);
    if (kind === undefined) return 'method';
    return { kind, subscriptionId, resourceGroup, group, container, operationId: '' };
  }
  const none = { resourceGroup: '', group: '', container: '', operationId: '' };
  const list = UNDER_SUBSCRIPTION.exec(pathname);
  if (list !== null) {
    if (method !== 'GET') return 'method';
    return { ...none, kind: 'ContainerGroups_List', subscriptionId: list[1] ?? '' };
  }
  const operation = OPERATION.exec(pathname);
  if (operation === null) return null;
  if (method !== 'GET') return 'method';
  const [, subscriptionId = '', operationId = ''] = operation;
  return { ...none, kind: 'Operations_Get', subscriptionId, operationId };
}

function kindOf(method: string, group: string, action: string, container: string): CallKind | undefined {
  if (group === '') return method === 'GET' ? 'ContainerGroups_ListByResourceGroup' : undefined;
  if (container !== '') return method === 'GET' ? 'Containers_ListLogs' : undefined;
  if (action !== '') return method === 'POST' ? ACTIONS[action] : undefined;
  return ON_GROUP[method];
}
