// What the webhook refuses, and how it says so; nothing is started by it.

import { beforeAll, describe, expect, test } from 'vitest';
import { type FrontDoor, groupNamed, openFrontDoor, problemOf } from './front-door.ts';

let door: FrontDoor;
const MODELS = ['refused', 'another'];
beforeAll(async () => {
  door = await openFrontDoor({ models: MODELS.map((name) => groupNamed(name)) });
});

/** So deep that it can be read, and not written. */
const nested = (open: string, close: string, inside = '') => open.repeat(9000) + inside + close.repeat(9000);

const post = (model: string, body?: unknown) =>
  door.call(`/api/webhook/${model}`, { method: 'POST', ...(body === undefined ? {} : { body }) });

describe('the webhook', () => {
  test('starts nothing for a GET, and says what the address is for', async () => {
    for (const path of ['/api/webhook/refused', '/api/webhook/refused?roundNumber=5', '/api/webhook/nobody']) {
      const answer = await door.call(path);
      expect(problemOf(answer, 405)).toMatch(/what Numerai calls when a round opens.*POST/);
      expect(answer.headers.get('allow')).toBe('POST');
    }
  });

  test.each([
    ['text/plain', '{"roundNumber":"41"}'],
    ['text/plain;application/json', '{"roundNumber":"41"}'],
    ['application/x-www-form-urlencoded', 'roundNumber=41'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/jsonp', '{}'],
    ['', '{"roundNumber":"41"}'],
    ['text/plain', undefined],
  ])('refuses with 415 what a form or a page can send as %j: %j', async (type, body) => {
    for (const path of ['/api/webhook/refused', '/api/runs/refused', '/api/pause/refused', '/api/resume/refused']) {
      const answer = await door.call(path, { method: 'POST', headers: { 'content-type': type }, body });
      expect(problemOf(answer, 415)).toContain('content-type: application/json');
    }
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://example.org' }],
    [{ origin: 'null' }],
  ])('refuses with 403 what a page of another site sends: %j', async (headers) => {
    const cancel = '/api/runs/refused/01KN4ENXVQQ2T3KWT8RWJ87V09/cancel';
    for (const path of [
      '/api/webhook/refused',
      '/api/runs/refused',
      '/api/pause/refused',
      '/api/resume/refused',
      cancel,
    ])
      problemOf(await door.call(path, { method: 'POST', headers }), 403);
  });

  test.each([
    ['no JSON', 'roundNumber=1', /not JSON/],
    ['half of JSON', '{"roundNumber": "12', /not JSON/],
    ['a list', '[]', /must be a JSON object/],
    ['a word', '"1234"', /must be a JSON object/],
    ['null', 'null', /must be a JSON object/],
    ['a round of letters', { roundNumber: 'next' }, /roundNumber .* got "next"/],
    ['a broken round', { roundNumber: 12.5 }, /roundNumber .* got 12\.5/],
    ['a negative round', { roundNumber: -1 }, /roundNumber/],
    ['round 0', { roundNumber: 0 }, /roundNumber/],
    ['a huge round', { roundNumber: '99999999999' }, /roundNumber/],
    ['a round in a list', { roundNumber: [5] }, /roundNumber .* got \[5\]/],
    ['a round in many lists', `{"roundNumber": ${nested('[', ']')}}`, /roundNumber .* nested too deeply/],
    ['a round in many objects', `{"roundNumber": ${nested('{"a":', '}', '1')}}`, /roundNumber .* nested too deeply/],
    ['a trigger id in many lists', `{"triggerId": ${nested('[', ']')}}`, /triggerId .* nested too deeply/],
    ['nothing but many lists', nested('[', ']'), /The body must be a JSON object/],
    ['a round that is no number', '{"roundNumber": NaN}', /not JSON/],
    ['a round that is beyond all numbers', '{"roundNumber": 1e999}', /roundNumber/],
    ['a round with a sign', { roundNumber: '+5' }, /roundNumber/],
    ['a round in hexadecimal', { roundNumber: '0x5' }, /roundNumber/],
    ['a round with blanks', { roundNumber: ' 5' }, /roundNumber/],
    ['a round in digits of another script', { roundNumber: '५' }, /roundNumber/],
    ['a round that is true', { roundNumber: true }, /roundNumber/],
    ['a round in words', { roundNumber: 'NaN' }, /roundNumber .* got "NaN"/],
    ['a trigger id that is a number', { triggerId: 5 }, /triggerId/],
    ['a trigger id of two lines', { triggerId: 'a\nb' }, /triggerId/],
    ['a long trigger id', { triggerId: 'x'.repeat(201) }, /triggerId/],
    ['a test that is text', { isTest: 'true' }, /isTest must be true or false; got "true"/],
    [
      'several faults, all of them told',
      { roundNumber: 'x', triggerId: 1, isTest: 2 },
      /roundNumber.*triggerId.*isTest/,
    ],
  ])('refuses with 400: %s', async (_what, body, says) => {
    expect(problemOf(await post('refused', body), 400)).toMatch(says);
  });

  test('refuses an unknown model with 404, and tells which there are', async () => {
    const detail = problemOf(await post('nobody', {}), 404);
    expect(detail).toContain('"nobody"');
    expect(detail).toContain('refused, another');
  });

  test('refuses with 404 to guess which of several models is meant', async () => {
    const answer = await door.call('/api/webhook', { method: 'POST' });
    expect(problemOf(answer, 404)).toContain(`there are ${MODELS.length}`);
  });

  test('refuses a body in chunks with 411: the host drops it, and what it said would be lost', async () => {
    const chunked = (path: string, text: string) =>
      fetch(`${door.environment.host.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: new Blob([text]).stream(),
        duplex: 'half',
      });
    for (const [path, text] of [
      ['/api/webhook/refused', '{"roundNumber":"1","isTest":true}'],
      ['/api/webhook/refused', 'y'.repeat(65 * 1024)],
      ['/api/runs/refused', '{"test":true}'],
    ] as const) {
      const answer = await chunked(path, text);
      const { status, headers } = answer;
      expect(problemOf({ status, headers, text: await answer.text() }, 411)).toContain('Content-Length');
    }
  });

  test('refuses more than 64 KiB with 413', async () => {
    const body = JSON.stringify({ triggerId: 'x', padding: 'y'.repeat(64 * 1024) });
    expect(problemOf(await post('refused', body), 413)).toContain('64 KiB');
    const most = JSON.stringify({ roundNumber: 'x', padding: 'y'.repeat(60 * 1024) });
    problemOf(await post('refused', most), 400);
  });

  test('starts nothing for a call that it refuses', async () => {
    expect(door.startsOf('refused')).toBe(0);
    const page = await door.call('/api/runs?model=refused');
    expect(JSON.parse(page.text)).toEqual({ runs: [], unreadable: 0, next: null });
  });
});
