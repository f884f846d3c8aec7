// The rule that notices a silent watcher, against the telemetry of the Functions host: one request for each run of a
// function, named after the function; what answers an HTTP call with an error has succeeded
// (github.com/Azure/azure-functions-host/issues/6511).

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FILES } from './template.ts';

const REGISTRATION = readFileSync(new URL('../../src/functions/watcher.ts', import.meta.url), 'utf8');
const [, query = ''] =
  /query: '([^']+)'/.exec(FILES.find(({ path }) => path === 'modules/monitoring.bicep')?.source ?? '') ?? [];

interface Telemetry {
  readonly name: string;
  readonly success: boolean;
}

/** What the rule counts: its query is a table and one filter of equalities. */
function counted(telemetry: readonly Telemetry[]): readonly Telemetry[] {
  const [table, filter = ''] = query.split(' | where ');
  expect(table).toBe('requests');
  const terms = filter.split(' and ').map((term) => {
    const [, column, value = ''] = /^(name|success) == (true|"\w+")$/.exec(term) ?? [];
    if (column === undefined) throw new Error(`not understood: ${term}`);
    return { column, value: JSON.parse(value) };
  });
  return telemetry.filter((request) => terms.every(({ column, value }) => Reflect.get(request, column) === value));
}

test('it counts the runs of the watcher that succeeded, and nothing else', () => {
  const watched: Telemetry = { name: 'watcher', success: true };
  expect(
    counted([
      watched,
      { name: 'watcher', success: false },
      { name: 'fallback', success: true },
      { name: 'webhook', success: true },
      { name: 'health', success: true },
    ]),
  ).toEqual([watched]);
});

test('the watcher has the name that the rule asks for', () => {
  const [, name = ''] = /app\.timer\('(\w+)'/.exec(REGISTRATION) ?? [];
  expect(query).toContain(`name == "${name}"`);
});
