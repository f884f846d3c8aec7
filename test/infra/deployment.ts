// What a deployment of the template would make, for parameters and a models.json: the template, evaluated.

import { declarationsOf, entriesOf, objectIn } from './bicep.ts';
import { BUILT_IN } from './built-in.ts';
import { evaluate, type Scope, type Value, withValue } from './expression.ts';
import { type BicepFile, fileAt, MAIN } from './template.ts';

export interface Made {
  /** Without the version. */
  readonly type: string;
  readonly name: string;
  /** Where its module is deployed: a resource group, by its subscription; null: the subscription. */
  readonly group: { readonly subscriptionId: string; readonly name: string } | null;
  readonly body: { readonly [key: string]: Value };
}

interface Deployed {
  readonly made: readonly Made[];
  readonly outputs: { readonly [name: string]: Value };
}

/** @param models the content of models.json. */
export function deploy(given: Readonly<Record<string, Value>>, models: Value): Deployed {
  return deployFile(MAIN, { environmentName: 'trial', location: 'westeurope', ...given }, null, models);
}

/** What Azure says of a resource only once it is there. */
const LATER = ['principalId', 'clientId', 'ConnectionString', 'defaultHostName'] as const;

function deployFile(
  file: BicepFile,
  given: Readonly<Record<string, Value>>,
  group: Made['group'],
  models: Value,
): Deployed {
  const made: Made[] = [];
  const known = new Map<string, Value>(Object.entries(given));
  const scope: Scope = {
    value(name) {
      const found = known.get(name);
      if (found !== undefined) return found;
      const value = valueNamed(name);
      known.set(name, value);
      return value;
    },
    call(name, values) {
      if (name === 'loadJsonContent') return models;
      const own = BUILT_IN[name];
      return own === undefined ? callFunction(file, name, values.map(plain)) : own(...values);
    },
  };

  function valueNamed(name: string): Value {
    const found = file.declarations.find((declaration) => declaration.name === name);
    if (found === undefined) throw new Error(`${file.path} declares no ${name}`);
    const { kind, text } = found;
    if (kind === 'var') return evaluate(text.replace(/^= /, ''), scope);
    if (kind === 'param') return evaluate(text.replace(/^\w+( = )?/, ''), scope);
    if (kind === 'resource') return resource(text);
    if (kind === 'module') return module(text);
    throw new Error(`${name} is no value`);
  }

  /** A resource or module, one or a list. @param one makes one of it. */
  function each(text: string, one: (body: string, scope: Scope) => Value): Value {
    const [, condition, loop, over] =
      /^'[^']+' (?:existing )?= (?:if \((.*)\) \{|\[\s*for (\w+) in ([^:]+): \{|\{)/.exec(text) ?? [];
    if (condition !== undefined && evaluate(condition, scope) !== true) return null;
    if (loop === undefined || over === undefined) return one(objectIn(text), scope);
    const values = evaluate(over, scope);
    if (!Array.isArray(values)) throw new Error(`a list expected: ${over}`);
    return values.map((value) => one(objectIn(text.slice(text.indexOf(': {'))), withValue(scope, loop, value)));
  }

  function resource(text: string): Value {
    const [, type = ''] = /^'([^@']+)@/.exec(text) ?? [];
    return each(text, (inside, scope) => {
      const entries = [...entriesOf(inside)].filter(([key]) => !['scope', 'parent', 'dependsOn'].includes(key));
      const body = Object.fromEntries(entries.map(([key, value]) => [key, evaluate(value, scope)]));
      const name = String(body.name);
      if (!text.includes("' existing =")) made.push({ type, name, group, body });
      const later = Object.fromEntries(LATER.map((key) => [key, `${key} of ${name}`]));
      return {
        id: `${group?.name ?? ''}/${type}/${name}`,
        name,
        properties: later,
        listKeys: { keys: [{ value: `key of ${name}` }] },
      };
    });
  }

  function module(text: string): Value {
    const [, path = ''] = /^'([^']+)'/.exec(text) ?? [];
    return each(text, (inside, scope) => {
      const entries = entriesOf(inside);
      const place = entries.get('scope')?.trim();
      const there = place === undefined ? null : placeOf(evaluate(place, scope));
      const given = evaluate(entries.get('params') ?? '{}', scope);
      const inner = deployFile(fileAt(path, file.path), Object.fromEntries(Object.entries(given ?? {})), there, models);
      made.push(...inner.made);
      return { outputs: inner.outputs };
    });
  }

  for (const { kind, name } of file.declarations) if (kind === 'resource' || kind === 'module') scope.value(name);
  function output(text: string): Value {
    const [, loop, over, each] = /^array = \[for (\w+) in (.+?): (.+)\]$/s.exec(text) ?? [];
    if (loop === undefined || over === undefined || each === undefined)
      return evaluate(text.replace(/^\w+ = /, ''), scope);
    const values = evaluate(over, scope);
    if (!Array.isArray(values)) throw new Error(`a list expected: ${over}`);
    return values.map((value) => evaluate(each, withValue(scope, loop, value)));
  }

  const outputs = file.declarations.flatMap(({ kind, name, text }) =>
    kind === 'output' ? [[name, output(text)] as const] : [],
  );
  return { made, outputs: Object.fromEntries(outputs) };
}

/** A resource group, by a function or by the resource. */
function placeOf(value: Value): Made['group'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no place');
  const { subscriptionId = '', name = '' } = Object.fromEntries(Object.entries(value));
  return { subscriptionId: String(subscriptionId), name: String(name) };
}

function plain(value: Value | ((...values: readonly Value[]) => Value)): Value {
  if (typeof value === 'function') throw new Error('no function of the template takes a lambda');
  return value;
}

/** A function of the template: of the file, or imported. It sees its parameters, and other functions of its file. */
function callFunction(file: BicepFile, name: string, values: readonly Value[]): Value {
  const from = file.imports.find(({ names }) => names.includes(name))?.from;
  const home = from === undefined ? file : fileAt(from, file.path);
  const found = declarationsOf(home.source).find(
    (declaration) => declaration.kind === 'func' && declaration.name === name,
  );
  const [head = '', parameters = ''] = /^\(([^)]*)\) \w+ => ?/.exec(found?.text ?? '') ?? [];
  if (found === undefined || head === '') throw new Error(`there is no function ${name}`);
  const names = parameters.split(',').map((parameter) => parameter.trim().split(' ')[0] ?? '');
  if (names.length !== values.length) throw new Error(`${name} takes ${names.length} values`);
  const given = new Map(names.map((parameter, index) => [parameter, values[index] ?? null]));
  return evaluate(found.text.slice(head.length), {
    value(asked) {
      const value = given.get(asked);
      if (value === undefined) throw new Error(`${name} has no ${asked}`);
      return value;
    },
    call: (other, inner) => BUILT_IN[other]?.(...inner) ?? callFunction(home, other, inner.map(plain)),
  });
}
