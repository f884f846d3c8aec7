// Bicep's own functions, as far as the template uses them.
// https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions

import { createHash } from 'node:crypto';
import type { Lambda, Value } from './expression.ts';

export const SUBSCRIPTION_ID = '00000000-0000-4000-8000-000000000001';

const hash = (length: number, values: readonly Value[]): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, length);

function list(value: Value | Lambda | undefined): readonly Value[] {
  if (Array.isArray(value)) return value;
  throw new Error(`a list expected: ${JSON.stringify(value)}`);
}

function text(value: Value | Lambda | undefined): string {
  if (typeof value === 'string') return value;
  throw new Error(`a text expected: ${JSON.stringify(value)}`);
}

function object(value: Value | Lambda | undefined): { readonly [key: string]: Value } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value));
  throw new Error(`an object expected: ${JSON.stringify(value)}`);
}

function lambda(value: Value | Lambda | undefined): Lambda {
  if (typeof value === 'function') return value;
  throw new Error('a lambda expected');
}

function sizeOf(value: Value | Lambda | undefined): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return Object.keys(object(value)).length;
}

const same = (a: Value, b: Value): boolean => JSON.stringify(a) === JSON.stringify(b);

function union(...values: readonly (Value | Lambda)[]): Value {
  if (!Array.isArray(values[0])) return Object.assign({}, ...values.map(object));
  return values.flatMap(list).filter((value, index, all) => all.findIndex((other) => same(other, value)) === index);
}

function toObject(
  values: Value | Lambda | undefined,
  key: Value | Lambda | undefined,
  value: Value | Lambda | undefined,
) {
  const entries = list(values).map((each) => [text(lambda(key)(each)), lambda(value)(each)] as const);
  // Resource Manager does not tell the capitals of an object's keys.
  const names = new Set(entries.map(([name]) => name.toLowerCase()));
  if (names.size !== entries.length) throw new Error(`a key stands twice: ${entries.map(([name]) => name).join(', ')}`);
  return Object.fromEntries(entries);
}

type BuiltIn = (...values: readonly (Value | Lambda)[]) => Value;

export const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  concat: (...values) => values.flatMap(list),
  contains: (whole, part) => {
    if (typeof whole === 'string') return whole.includes(text(part));
    return Array.isArray(whole) ? whole.some((each) => each === part) : Object.hasOwn(object(whole), text(part));
  },
  empty: (value) => value === null || sizeOf(value) === 0,
  // These two do not tell capitals, as `contains` does.
  endsWith: (whole, part) => text(whole).toLowerCase().endsWith(text(part).toLowerCase()),
  environment: () => ({
    resourceManager: 'https://management.azure.com/',
    suffixes: { keyvaultDns: '.vault.azure.net', storage: 'core.windows.net', acrLoginServer: '.azurecr.io' },
  }),
  filter: (values, keeps) => list(values).filter((each) => lambda(keeps)(each) === true),
  guid: (...values) => hash(32, values.map(text)),
  // By their keys, whatever the order in the file.
  items: (value) =>
    Object.entries(object(value))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => ({ key, value: each })),
  join: (values, between) => list(values).map(text).join(text(between)),
  json: (value) => JSON.parse(text(value)),
  length: sizeOf,
  map: (values, change) => list(values).map((each) => lambda(change)(each)),
  replace: (whole, from, to) => text(whole).replaceAll(text(from), text(to)),
  resourceGroup: (...values) =>
    values.length === 0
      ? { id: 'the resource group' }
      : { subscriptionId: values.length === 1 ? SUBSCRIPTION_ID : text(values[0]), name: text(values.at(-1)) },
  resourceId: (subscription, group, type, name) =>
    `/subscriptions/${text(subscription)}/resourceGroups/${text(group)}/providers/${text(type)}/${text(name)}`,
  skip: (values, count) => list(values).slice(Number(count)),
  split: (whole, between) => text(whole).split(text(between)),
  startsWith: (whole, part) => text(whole).toLowerCase().startsWith(text(part).toLowerCase()),
  string: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  subscription: () => ({ id: `/subscriptions/${SUBSCRIPTION_ID}`, subscriptionId: SUBSCRIPTION_ID }),
  subscriptionResourceId: (type, name) => `/providers/${text(type)}/${text(name)}`,
  take: (whole, count) => text(whole).slice(0, Number(count)),
  tenant: () => ({ tenantId: '00000000-0000-4000-8000-000000000009' }),
  toLower: (value) => text(value).toLowerCase(),
  toObject: (values, key, value) => toObject(values, key, value),
  trim: (value) => text(value).trim(),
  union,
  uniqueString: (...values) => hash(13, values.map(text)),
};
