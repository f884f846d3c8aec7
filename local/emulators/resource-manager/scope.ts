// What surrounds the container groups: the subscription, its resource groups, the locks on them and what each
// caller may do. All of it may change while the app runs.

import { ArmError } from './arm-error.ts';

/** What Resource Manager itself knows of a call; the resource group is empty where it is about none. */
export interface ScopedCall {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

/** What a caller may do: patterns of actions, in which `*` matches anything. */
interface Role {
  readonly actions: readonly string[];
}

/** What each caller may do, by client id. Absent: every caller with a token may do everything. */
export type Roles = Readonly<Record<string, Role>>;

export type Lock = 'CanNotDelete' | 'ReadOnly';

export interface Subnet {
  /** The region of its virtual network. */
  readonly location: string;
  /** Whether it is delegated to Microsoft.ContainerInstance/containerGroups. */
  readonly isDelegated: boolean;
}

export class Scope {
  readonly subscriptionId: string;
  /** Names, as they were created. */
  readonly resourceGroups: Set<string>;
  /** By resource id in lower case. */
  readonly subnets = new Map<string, Subnet>();
  roles: Roles | undefined;
  /** `disabled`, as after an unpaid bill: read-only. `missing`: deleted, or moved to another directory. */
  subscription: 'enabled' | 'disabled' | 'missing' = 'enabled';
  /** Resource providers that the subscription is not registered for, such as `Microsoft.App`. */
  readonly unregistered = new Set<string>();
  /** Policies that demand a tag, by the name that people gave the assignment: name → tag. */
  readonly demandedTags = new Map<string, string>();
  readonly #locks = new Map<string, Lock>();

  constructor(subscriptionId: string, resourceGroups: readonly string[], roles: Roles | undefined) {
    this.subscriptionId = subscriptionId;
    this.resourceGroups = new Set(resourceGroups);
    this.roles = roles;
  }

  /** Locks a resource group with all that is in it. */
  lock(resourceGroup: string, lock: Lock): void {
    this.#locks.set(resourceGroup.toLowerCase(), lock);
  }

  unlock(resourceGroup: string): void {
    this.#locks.delete(resourceGroup.toLowerCase());
  }

  checkSubscription(call: ScopedCall): void {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(call.subscriptionId)) {
      throw new ArmError(
        400,
        'InvalidSubscriptionId',
        `The provided subscription identifier '${call.subscriptionId}' is malformed or invalid.`,
      );
    }
    const isKnown = call.subscriptionId.toLowerCase() === this.subscriptionId.toLowerCase();
    if (!isKnown || this.subscription === 'missing') {
      throw new ArmError(404, 'SubscriptionNotFound', `The subscription '${call.subscriptionId}' could not be found.`);
    }
  }

  /** The words: issue 33 of Azure/aci-connector-k8s; 1670 of nforgeio/neonKUBE has the status. */
  checkProvider(namespace: string): void {
    if (!this.unregistered.has(namespace)) return;
    throw new ArmError(
      409,
      'MissingSubscriptionRegistration',
      `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
    );
  }

  /**
   * Whether a policy lets something be created with these tags; their names are the same in any case.
   * The words: issue 2890 of microsoft/AzureTRE, and 906 of Azure/azure-monitor-baseline-alerts.
   */
  checkPolicies(name: string, tags: Readonly<Record<string, string>> = {}): void {
    const given = Object.keys(tags).map((tag) => tag.toLowerCase());
    for (const [assignment, tag] of this.demandedTags) {
      if (given.includes(tag.toLowerCase())) continue;
      const policies = [
        {
          policyAssignment: {
            name: assignment,
            id: `/subscriptions/${this.subscriptionId}/providers/Microsoft.Authorization/policyAssignments/a1b2c3`,
          },
          policyDefinition: {
            name: 'Require a tag on resources',
            id: '/providers/Microsoft.Authorization/policyDefinitions/871b6d14-10aa-478d-b590-94f262ecfa99',
            version: '1.0.1',
          },
        },
      ];
      throw new ArmError(
        403,
        'RequestDisallowedByPolicy',
        `Resource '${name}' was disallowed by policy. Policy identifiers: '${JSON.stringify(policies)}'.`,
      );
    }
  }

  checkResourceGroup({ resourceGroup }: ScopedCall): void {
    if (resourceGroup === '') return;
    const known = [...this.resourceGroups].some((name) => name.toLowerCase() === resourceGroup.toLowerCase());
    if (known) return;
    throw new ArmError(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`);
  }

  /**
   * Whether the call may change what it is about. The words are those of reports, such as issue 2560 of
   * Azure/azure-sdk-for-java (a read-only lock refuses every POST), 606 of Azure/apiops (deletes), and 1646 of
   * microsoft/vscode-azureappservice (a disabled subscription, in which what is there can be read and deleted).
   */
  checkChange(method: string, path: string, { resourceGroup }: ScopedCall): void {
    if (method === 'GET') return;
    const isDelete = method === 'DELETE';
    if (this.subscription === 'disabled' && !isDelete) {
      throw new ArmError(
        409,
        'ReadOnlyDisabledSubscription',
        `The subscription '${this.subscriptionId}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
      );
    }
    const lock = this.#locks.get(resourceGroup.toLowerCase());
    if (lock === undefined || (lock === 'CanNotDelete' && !isDelete)) return;
    const scope = path.replace(/\/(start|stop|restart)\/?$/i, '');
    throw new ArmError(
      409,
      'ScopeLocked',
      `The scope '${scope}' cannot perform ${isDelete ? 'delete' : 'write'} operation because following scope(s) are locked: '/subscriptions/${this.subscriptionId}/resourceGroups/${resourceGroup}'. Please remove the lock and try again.`,
    );
  }
}
