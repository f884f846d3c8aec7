// Container groups and operations as Azure shows them: for a group the body it was created with, without its
// secrets, and its state.

import type { ContainerGroup } from './group.ts';
import type { ContainerInstance, InstanceEvent, InstanceState } from './instance.ts';
import type { Operation } from './operations.ts';
import type { ContainerBody, EnvironmentVariable, GroupBody } from './schema.ts';

/**
 * The JSON of a group. A list has no instance views, neither of groups nor of containers: the service leaves
 * them out (Azure/azure-rest-api-specs issue 21280).
 */
export function viewOf(group: ContainerGroup, withInstanceView: boolean): object {
  const { body } = group;
  const { containers, imageRegistryCredentials, diagnostics, volumes, ...rest } = body.properties;
  const skew = group.clockSkewMs;
  return {
    id: group.id,
    name: group.name,
    type: 'Microsoft.ContainerInstance/containerGroups',
    location: group.location,
    ...(body.tags === undefined ? {} : { tags: body.tags }),
    ...(body.zones === undefined ? {} : { zones: body.zones }),
    ...(body.identity === undefined ? {} : { identity: identityView(body.identity) }),
    properties: {
      sku: 'Standard',
      restartPolicy: 'Always',
      ...rest,
      provisioningState: group.provisioningState,
      containers: containers.map((container, index) =>
        containerView(container, withInstanceView ? group.containers[index] : undefined, skew),
      ),
      ...(imageRegistryCredentials === undefined
        ? {}
        : {
            imageRegistryCredentials: imageRegistryCredentials.map(({ password: _password, ...shown }) => shown),
          }),
      ...(diagnostics?.logAnalytics === undefined
        ? {}
        : {
            diagnostics: { logAnalytics: { ...diagnostics.logAnalytics, workspaceKey: undefined } },
          }),
      ...(volumes === undefined ? {} : { volumes: volumes.map(volumeView) }),
      isCustomProvisioningTimeout: false,
      instanceView: withInstanceView
        ? { events: group.events.map((event) => eventView(event, skew)), state: group.state }
        : undefined,
    },
  };
}

function containerView(
  { name, properties }: ContainerBody,
  instance: ContainerInstance | undefined,
  skew: number,
): object {
  return {
    name,
    properties: {
      ...properties,
      command: properties.command ?? [],
      environmentVariables: (properties.environmentVariables ?? []).map(variableView),
      instanceView:
        instance?.current === undefined
          ? undefined
          : {
              restartCount: instance.restartCount,
              currentState: stateView(instance.current, skew),
              ...(instance.previous === undefined ? {} : { previousState: stateView(instance.previous, skew) }),
              events: instance.events.map((event) => eventView(event, skew)),
            },
    },
  };
}

const variableView = ({ name, value, secureValue }: EnvironmentVariable): object =>
  secureValue === undefined ? { name, value: value ?? '' } : { name };

type Volume = NonNullable<GroupBody['properties']['volumes']>[number];

function volumeView({ azureFile, secret, ...rest }: Volume): object {
  if (azureFile !== undefined) {
    const { storageAccountKey: _key, ...shown } = azureFile;
    return { ...rest, azureFile: shown };
  }
  return secret === undefined ? rest : { ...rest, secret: {} };
}

function identityView(identity: NonNullable<GroupBody['identity']>): object {
  const ids = Object.keys(identity.userAssignedIdentities ?? {});
  return {
    type: identity.type ?? 'None',
    ...(ids.length === 0 ? {} : { userAssignedIdentities: Object.fromEntries(ids.map((id) => [id, {}])) }),
  };
}

function stateView(state: InstanceState, skew: number): object {
  return {
    state: state.state,
    startTime: time(state.startTime, skew),
    exitCode: state.exitCode,
    finishTime: time(state.finishTime, skew),
    detailStatus: state.detailStatus,
  };
}

/** The JSON of a long-running operation. */
export function operationView(operation: Operation): object {
  return {
    id: operation.resourceId,
    status: operation.status,
    startTime: operation.startTime.toISOString(),
    endTime: operation.endTime?.toISOString(),
    properties: { events: operation.events.map((event) => eventView(event, 0)) },
    error: operation.error,
  };
}

function eventView(event: InstanceEvent, skew: number): object {
  return {
    count: event.count,
    firstTimestamp: time(event.first, skew),
    lastTimestamp: time(event.last, skew),
    name: event.name,
    message: event.message,
    type: event.type,
  };
}

const time = (moment: Date | undefined, skew: number): string | undefined =>
  moment === undefined ? undefined : new Date(moment.getTime() + skew).toISOString();
