// The queries in docs ask for fields, messages and error codes that the log really has.

import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { ExternalCallError, type ExternalFailure } from '../../src/lib/util/external-call.ts';
import { type FrontDoor, groupNamed, openFrontDoor } from '../functions/front-door.ts';

const page = readFileSync(new URL('../../docs/queries.md', import.meta.url), 'utf8');
const queries = [...page.matchAll(/```kusto\n(.*?)```/gs)].map(([, query = '']) => query);

let door: FrontDoor;

beforeAll(async () => {
  door = await openFrontDoor({
    models: [groupNamed('good'), groupNamed('bad', { maxAttempts: 2 })],
    alerts: true,
    settings: { ALERT_WEBHOOKS: 'json:alert-json:alert-json-key' },
    behaviour: ({ name }) => ({ exitCode: name.includes('bad') ? 3 : 0 }),
  });
});

/** The log of a run that went well, one that was tried again, and an alert that was refused. */
async function logOfADay(): Promise<Record<string, unknown>[]> {
  const { alertReceivers } = door.environment;
  const { pathname } = new URL(alertReceivers.urls.json);
  alertReceivers.emulator.faults.add({ kind: 'status', status: 400, times: 1, match: { path: pathname } });
  await door.ended(await door.webhook('good'));
  await door.ended(await door.webhook('bad'));
  const output = () => door.environment.host.output.join('\n');
  await expect
    .poll(
      async () => {
        await door.tick();
        return output();
      },
      { timeout: 30_000 },
    )
    .toContain('alert not sent');
  return door.environment.host.output.flatMap((line) => {
    const start = line.indexOf('{"level"');
    return start < 0 ? [] : [JSON.parse(line.slice(start))];
  });
}

test('there are at least five', () => expect(queries.length).toBeGreaterThan(5));

test('the fields that they ask for are in the log', async () => {
  const lines = await logOfADay();
  const asked = new Set(
    queries.flatMap((query) => [...query.matchAll(/\bline\.([\w.]+)/g)].map(([, path = '']) => path)),
  );
  const found = [...asked].filter((path) => lines.some((line) => valueAt(line, path) !== undefined));
  expect(found).toEqual([...asked]);
  for (const line of lines)
    expect(line).toMatchObject({
      function: expect.any(String),
      invocationId: expect.any(String),
      time: expect.any(String),
      msg: expect.any(String),
    });
});

function valueAt(line: Record<string, unknown>, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      line,
    );
}

test('the messages are those of the app', () => {
  const asked = queries.flatMap((query) =>
    [...query.matchAll(/\bmsg (?:==|in) \(?((?:"[^"]+"(?:, )?)+)/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/"([^"]+)"/g)].map(([, message = '']) => message),
    ),
  );
  const source = ['watch/settle', 'start/request', 'start/start-attempt', 'alerts/outbox', 'fallback/deputy']
    .map((name) => readFileSync(new URL(`../../src/lib/${name}.ts`, import.meta.url), 'utf8'))
    .join('\n');
  expect(asked.length).toBeGreaterThan(5);
  for (const message of asked) expect(source).toContain(`'${message}'`);
});

test('the codes of failed calls are those of the app', () => {
  const failures: readonly ExternalFailure[] = ['throttled', 'unavailable', 'refused'];
  const codes = failures.map((failure) => codeOf(failure));
  const named = [...page.matchAll(/`(\w+-(?:throttled|unavailable|refused))`/g)];
  expect(new Set(named.map(([, code]) => code))).toEqual(new Set(codes));
  const [, prefix = ''] = /err\.code\) startswith "([^"]+)"/.exec(page) ?? [];
  expect(prefix).not.toBe('');
  for (const code of codes) expect(code.startsWith(prefix)).toBe(true);
});

function codeOf(failure: ExternalFailure): string {
  const details = { service: 'numerai', operation: 'ask', status: null } as const;
  return new ExternalCallError({ ...details, failure, serviceCode: null, retryAfterMs: null }, 'It failed.', undefined)
    .code;
}

test('no query takes an HTTP call that was answered with an error for one that went well', () => {
  // For the host such a call has succeeded; of a timer, the success is its own.
  for (const query of queries.filter((each) => /\bsuccess\b/i.test(each)))
    expect(query, query).toMatch(/resultCode|name == "(watcher|fallback)"|name in \("watcher", "fallback"\)/);
});
