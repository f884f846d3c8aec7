// Requests of a hostile world, from a seed: each route, each header that matters, and what no client would send. Requests
// for the entries that are called quiet all have something because of which they must start and change nothing.

import { between, chance, pick, type Random } from '../simulation/world/random.ts';
import type { WireRequest } from './wire.ts';

export interface Targets {
  /** Models and jobs for which anything may be asked. */
  readonly busy: readonly [string, ...string[]];
  /** Those for which nothing is ever asked as it must be; the names of jobs end in `job`. */
  readonly quiet: readonly [string, ...string[]];
  readonly openRound: number;
  /** The key of the webhook, and one for all functions. */
  readonly keys: { readonly webhook: string; readonly operator: string };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'post', 'X'] as const;
const OTHER_METHODS = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'] as const;
const RUN_ID = '01KN4ENXVQQ2T3KWT8RWJ87V09';

const ROUTES: readonly [string, ...string[]] = [
  'webhook/NAME',
  'webhook/NAME',
  'webhook/NAME',
  'webhook',
  'runs/NAME',
  'runs/NAME',
  `runs/NAME/${RUN_ID}`,
  `runs/NAME/${RUN_ID}/logs`,
  `runs/NAME/${RUN_ID}/cancel`,
  'runs',
  'status',
  'status/NAME',
  'metrics',
  'pause/NAME',
  'resume/NAME',
  'health',
  'health/deep',
  'dashboard',
  'dashboard/NAME',
  'dashboard-page',
  'dashboard-page/NAME',
  'dashboard-page/NAME/start',
  'dashboard-page/NAME/pause',
  `dashboard-page/NAME/${RUN_ID}/cancel`,
  'dashboard-assets/main.js',
  'dashboard-assets/..%2f..%2fpackage.json',
  'nothing',
  '../admin/host/status',
];
/** What starts or changes something when it is asked for as it must be. */
const CHANGING = ['webhook/NAME', 'runs/NAME', 'pause/NAME', 'resume/NAME', 'dashboard-page/NAME/start'] as const;

const NAMES = [
  '..',
  '%2e%2e',
  '%00',
  '%zz',
  '%0d%0aset-cookie:%20a=b',
  '__proto__',
  'constructor',
  "x'%20or%20'1'%20eq%20'1",
  '%F0%9F%92%A5',
  '%C0%AF',
  'a'.repeat(3000),
  '~',
  '*',
  '{model}',
  'BUSY',
] as const;
const QUERIES = [
  'limit=0',
  'limit=1e9',
  'limit=NaN',
  'after=x',
  `after=${RUN_ID}`,
  'state=unknown',
  'state=failed',
  'model=%00',
  'model=..',
  'deep=0',
  'isTest=true',
  'roundNumber=5',
  'a[__proto__]=1',
  '%',
  '&&&==',
  'x='.padEnd(2000, 'y'),
] as const;
const ROUNDS = [
  -1,
  0,
  1.5,
  1e21,
  3,
  999_999,
  9_999_999,
  10_000_000,
  Number.NaN,
  '5',
  '1e3',
  '٣',
  '',
  null,
  true,
] as const;
const DEEP = 9000;

const HEADERS: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['host', 'evil.example'],
  ['host', 'evil.example:99999'],
  ['host', '[::1'],
  ['x-forwarded-host', 'evil.example'],
  ['x-forwarded-proto', 'javascript'],
  ['x-forwarded-for', '127.0.0.1'],
  ['x-original-url', '/admin/host/keys'],
  ['x-http-method-override', 'POST'],
  ['x-ms-client-principal', Buffer.from('{"userRoles":["admin"]}').toString('base64')],
  ['x-ms-client-principal', 'not base64 of JSON'],
  ['authorization', 'Bearer x'],
  ['cookie', `a=b; ${'c'.repeat(3000)}`],
  ['accept', 'application/xml'],
  ['accept-encoding', 'br;q=1, *;q=0'],
  ['range', 'bytes=0-1'],
  ['if-none-match', '*'],
  ['traceparent', '00-zz-zz-00'],
  ['x-request-id', '"><script>'],
  ['x-long', 'x'.repeat(12_000)],
  ['x-empty', ''],
  ['__proto__', 'x'],
  ['x-latin', '\xff\xfe'],
  ['referer', 'https://evil.example/?code=x'],
];

/** Makes the next request. */
export function nextRequest(random: Random, targets: Targets): WireRequest {
  if (chance(random, 0.1)) return rightRequest(random, targets);
  return chance(random, 0.3) ? quietRequest(random, targets) : busyRequest(random, targets);
}

/** As it must be: among these, the others find something that is under way. */
function rightRequest(random: Random, { busy, openRound, keys }: Targets): WireRequest {
  const name = pick(random, busy);
  const triggerId = `t${between(random, 0, 30)}`;
  const [route, body] = pick<readonly [string, object]>(random, [
    ['webhook', { roundNumber: String(openRound), triggerId, isTest: false, dataVersion: 5 }],
    ['webhook', { roundNumber: String(openRound + 1), triggerId }],
    ['webhook', { triggerId, isTest: true }],
    ['runs', {}],
    ['runs', { force: true }],
    ['pause', {}],
    ['resume', {}],
    ['resume', {}],
  ]);
  return {
    method: 'POST',
    path: `/api/${route}/${name}`,
    headers: [
      ['host', 'localhost'],
      ['x-functions-key', route === 'webhook' ? keys.webhook : keys.operator],
      ['content-type', 'application/json'],
    ],
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** All as it must be, but for one thing. */
function quietRequest(random: Random, targets: Targets): WireRequest {
  const route = pick(random, CHANGING);
  const name = pick(random, targets.quiet);
  const wrong = pick(random, ['key', 'no-key', 'method', 'type', 'site', 'body']);
  const key = route.startsWith('webhook') ? targets.keys.webhook : targets.keys.operator;
  const isForm = route.startsWith('dashboard');
  const right = isForm
    ? 'test=1'
    : route.startsWith('webhook')
      ? `{"roundNumber":${targets.openRound}}`
      : '{"test":true}';
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const headers: [string, string][] = [['host', 'localhost']];
  if (wrong === 'key') headers.push(['x-functions-key', pick(random, ['', 'x', key.slice(1), `${key}x`, 'undefined'])]);
  else if (wrong !== 'no-key') headers.push(['x-functions-key', key]);
  // Whether a form comes from a page of the app is all that it must say.
  const isTypeWrong = wrong === 'type' && !isForm;
  headers.push(['content-type', isTypeWrong ? pick(random, ['text/plain', 'multipart/form-data', 'x']) : type]);
  const isSiteWrong = wrong === 'site' || ((wrong === 'type' || wrong === 'body') && isForm);
  if (isSiteWrong) headers.push(['sec-fetch-site', pick(random, ['cross-site', 'same-site', 'x'])]);
  else if (isForm) headers.push(['sec-fetch-site', 'same-origin']);
  // A job has no round that anybody could lie about.
  const isLie = wrong === 'body' && route.startsWith('webhook') && !name.endsWith('job') && chance(random, 0.5);
  const lies = `{"roundNumber":${pick(random, [1, 3, 999_999, targets.openRound - 1])}}`;
  const body =
    wrong === 'body'
      ? isLie
        ? lies
        : pick(random, ['[]', '{', '"x"', '{"by":5,"roundNumber":[],"test":"x"}'])
      : right;
  return {
    method: wrong === 'method' ? pick(random, OTHER_METHODS) : 'POST',
    path: `/api/${route.replace('NAME', name)}`,
    headers: [...headers, ...some(random, HEADERS.slice(9))],
    body: Buffer.from(body),
  };
}

/** Anything. */
function busyRequest(random: Random, targets: Targets): WireRequest {
  const name = chance(random, 0.8) ? pick(random, targets.busy) : pick(random, NAMES);
  const route = pick(random, ROUTES).replace('NAME', name);
  const { webhook, operator } = targets.keys;
  const key = pick(random, [webhook, webhook, operator, operator, operator, operator, 'x', '']);
  const inQuery = chance(random, 0.3);
  const query = [
    ...(inQuery
      ? [
          `${pick(random, ['code', 'CODE', 'code'])}=${encodeURIComponent(pick(random, [key, key, `${key}\n`, `${key}\r\nx: y`, 'ř', 'a\0']))}`,
        ]
      : []),
    ...(chance(random, 0.2) ? [pick(random, QUERIES)] : []),
    ...(route === 'health' && chance(random, 0.05) ? ['deep=1'] : []),
  ].join('&');
  const type = pick(random, [
    'application/json',
    'application/json',
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    '',
  ]);
  const site = pick(random, ['', '', '', 'same-origin', 'same-origin', 'cross-site']);
  return {
    method: chance(random, 0.8) ? pick(random, ['GET', 'POST']) : pick(random, METHODS),
    path: `/api/${route}${query === '' ? '' : `?${query}`}`,
    headers: [
      ...(chance(random, 0.9) ? [['host', 'localhost'] as const] : []),
      ...(inQuery ? [] : [['x-functions-key', key] as const]),
      ...(type === '' ? [] : [['content-type', type] as const]),
      ...(site === '' ? [] : [['sec-fetch-site', site] as const]),
      ...(chance(random, 0.3) ? some(random, HEADERS) : []),
    ],
    body: bodyFor(random, targets),
  };
}

function some(random: Random, headers: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return Array.from({ length: between(random, 0, 3) }, () => headers[between(random, 0, headers.length - 1)]).filter(
    (header) => header !== undefined,
  );
}

function bodyFor(random: Random, { openRound }: Targets): Buffer {
  const round = chance(random, 0.4) ? openRound : pick(random, ROUNDS);
  const triggerId = pick(random, ['t', 'a/b', 'a#b', '\n', 'x'.repeat(300), null, 5, {}]);
  const isTest = pick(random, [true, false, 'true', null, 1]);
  const bodies: readonly [() => string | Buffer, ...(() => string | Buffer)[]] = [
    () => '',
    () => JSON.stringify({ roundNumber: round, triggerId, isTest, dataVersion: 5 }),
    () => JSON.stringify({ roundNumber: String(round), triggerId: `t${between(random, 0, 50)}` }),
    () => JSON.stringify({ force: chance(random, 0.3), test: chance(random, 0.5) }),
    () => JSON.stringify({ by: 'x'.repeat(between(random, 0, 300)), reason: '<script>' }),
    () => `{"roundNumber":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`,
    () => `{"triggerId":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}`,
    () => '{"__proto__":{"isTest":true},"constructor":{},"toString":1}',
    () => '\ufeff{"roundNumber":1}',
    () => Buffer.from('{"roundNumber":1}', 'utf16le'),
    () => Buffer.from(Array.from({ length: 200 }, () => between(random, 0, 255))),
    () => `{"padding":"${'x'.repeat(70_000)}"}`,
    () => 'test=1&force=1&by=x',
    () => 'null',
    () => '{"roundNumber":1e999}',
  ];
  return Buffer.from(pick(random, bodies)());
}
