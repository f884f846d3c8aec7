// Secrets in text, in every form that a program may print, and halves of them where a text was cut.

import { describe, expect, test } from 'vitest';
import { createRedaction } from '../../../src/lib/util/redaction.ts';
import { encodingsOf, leaksOf, printedInEveryForm } from '../../support/leaks.ts';

const SECRET = 'key-AbCdEfGh';
const PEM = '-----BEGIN KEY-----\nMIIEvQ\nIBADANBg\n-----END KEY-----';
const redaction = createRedaction();
for (const secret of [SECRET, PEM, 'abcdXabcd']) redaction.add(secret);

const BOTH = { start: true, end: true };

describe('a part of a text', () => {
  test.each([
    ['with a whole secret', `a ${SECRET} b`, BOTH, 'a [secret] b'],
    ['that is one', SECRET, BOTH, '[secret]'],
    ['that begins within one', 'AbCdEfGh\nmore', BOTH, '\nmore'],
    ['that ends within one', 'more key-AbCd', BOTH, 'more '],
    ['that begins on a later line of one', 'IBADANBg\n-----END KEY-----\nmore', BOTH, '\nmore'],
    ['that ends on an earlier line of one', `more\n${PEM.slice(0, 30)}`, BOTH, 'more\n'],
    ['that ends with one whose end is like its beginning', 'more abcdXabcd', BOTH, 'more [secret]'],
    ['that begins with one of that kind', 'abcdXabcd more', BOTH, '[secret] more'],
    ['that only looks like it, at its own ends', 'EfGh more key-', { start: false, end: false }, 'EfGh more key-'],
    ['with fewer characters of one than count', 'fGh more key', BOTH, 'fGh more key'],
    ['that is nothing else', 'key-AbCdEfG', BOTH, ''],
  ])('%s', (_, text, cut, redacted) => {
    expect(redaction.applyToPart(text, cut)).toBe(redacted);
  });
});

describe('secrets that overlap', () => {
  const known = knowing('first-SHARED', 'SHARED-second', 'RED-s', 'aXaXa');

  test.each([
    ['that end as another begins', 'a first-SHARED-second b', 'a [secret] b'],
    ['of which one contains another', 'a SHARED-second b', 'a [secret] b'],
    ['with themselves', 'a aXaXaXa b', 'a [secret] b'],
    ['side by side', 'first-SHAREDfirst-SHARED', '[secret][secret]'],
  ])('%s leave nothing of each other', (_, text, redacted) => {
    expect(known.apply(text)).toBe(redacted);
  });

  test.each([
    ['more first-SHARED-sec', 'more [secret]'],
    ['more first-SHARED-second aXaX', 'more [secret] '],
  ])('at the end of what was cut: %j', (text, redacted) => {
    expect(known.applyToPart(text, BOTH)).toBe(redacted);
  });

  test('at the beginning of what was cut', () => {
    expect(known.applyToPart('st-SHARED-second more', BOTH)).toMatch(/^(\[secret\])? more$/);
  });
});

test.each([
  ['line breaks', '\n'],
  ['line breaks of Windows, with blanks', '\r\n  '],
  ['nothing, between escapes', '%0a\\n'],
])('a secret is found among a great many %s, and within its line breaks', (_, filler) => {
  const many = filler.repeat(50_000);
  const folded = `Q7YXKPVNMD2W${filler.repeat(3)}ZHRTB5LJ3C6F`;
  const known = knowing('Q7YXKPVNMD2WZHRTB5LJ3C6F');
  expect(known.apply(`${many}a ${folded} b${many}`)).toBe(`${many}a [secret] b${many}`);
});

const PRINTED = 'Q7YXKPVNMD2WZHRT';

/** Of letters and digits; with what every encoding escapes; with what looks like an escape itself; short. */
const VALUES = ['Q7YXKPVNMD2WZHRTB5LJ3C6FSEAG4UOI', `k/9+Az=Zq&<7'wé%41\\n5tR0pLmX`, 'ab+c/d\\e"f g h', 'p4ss'];

test.each([`""${PRINTED}""`, `\\"${PRINTED}\\"`, `"${PRINTED}`, `${PRINTED}'`, `'"${PRINTED}" '`])(
  'a secret stored as %j is found without what may stand around it',
  (stored) => {
    expect(knowing(stored).apply(`key ${PRINTED} end`)).toBe('key [secret] end');
  },
);

function knowing(...values: string[]) {
  const known = createRedaction();
  for (const value of values) known.add(value);
  return known;
}

describe.each(VALUES)('the secret %s', (value) => {
  const known = knowing(value);

  test.each(Object.entries(encodingsOf(value)))('is found in a line as %s', (_, form) => {
    const line = `before ${form} after`;
    expect(known.apply(line)).toMatch(/^before .*\[secret\].* after$/s);
    expect(leaksOf([known.apply(line)], value)).toEqual([]);
  });

  test('is found in a log that is kept as JSON in JSON, which stays JSON', () => {
    const log = printedInEveryForm(value).join('\n');
    const kept = known.apply(JSON.stringify({ line: JSON.stringify({ log }) }));
    expect(JSON.parse(JSON.parse(kept).line)).toEqual({ log: expect.stringContaining('[secret]') });
    expect(leaksOf([kept], value)).toEqual([]);
  });

  test.each([
    `${value}\n`,
    ` ${value}\r\n`,
    `\t${value}\u0000`,
    `${value}\u001A`,
    `"${value}"`,
    `'${value}'\n`,
    `'"${value}"'`,
    `\uFEFF${value}`,
    `“${value}”`,
    `‘${value}’`,
    `«${value}»`,
  ])('is the same where it was stored as %j', (stored) => {
    const log = [...printedInEveryForm(value), ...printedInEveryForm(stored)].join('\n');
    expect(leaksOf([knowing(stored).apply(log)], value)).toEqual([]);
  });

  test('is not taken out twice', () => {
    const once = known.apply(printedInEveryForm(value).join('\n'));
    expect(known.apply(once)).toBe(once);
  });
});

describe('pieces of a secret, where a text was cut at any place within it,', () => {
  const [value = ''] = VALUES;
  const forms = encodingsOf(`${value}/é`);
  const known = knowing(`${value}/é`);

  test.each(Object.entries(forms))('as %s, are left out', (_, form) => {
    const text = `first line\n${form}\nlast line`;
    const from = text.indexOf(form);
    for (let at = from + 1; at < from + form.length; at += 1) {
      const cut = { start: text.slice(at), end: text.slice(0, at) };
      expect(leaksOf([known.applyToPart(cut.start, { start: true, end: false })], value)).toEqual([]);
      expect(leaksOf([known.applyToPart(cut.end, { start: false, end: true })], value)).toEqual([]);
    }
  });
});

test.each([
  ['a line of a key file', PEM.replace('MIIEvQ', 'MIIEvQIBADANBgkqhkiG9w0'), 'MIIEvQIBADANBgkqhkiG9w0'],
  ['a value of JSON', JSON.stringify({ a: [{ private_key: 'one\ntwo-and-three' }] }), 'one\ntwo-and-three'],
  ['the key of a connection string', 'AccountName=a;AccountKey=c29tZS1rZXktdGhhdA==;E=f', 'c29tZS1rZXktdGhhdA=='],
  ['the password of a URL', 'postgres://me:hunter%2F22@db.example/x', 'hunter/22'],
  ['the token of a URL', 'https://hooks.example/services/T0/xoxb-0123456789', 'xoxb-0123456789'],
  ['a parameter of a URL', 'https://x.example/?code=abcdefgh1234%3D', 'abcdefgh1234='],
])('what is as good as the whole is redacted: %s', (_, secret, part) => {
  const known = knowing(secret);
  expect(known.apply(`it is ${part}.`)).toBe('it is [secret].');
  expect(known.apply(Buffer.from(`user:${part}`).toString('base64'))).toContain('[secret]');
});

test.each([
  ['nothing is known', knowing(), 'all as it was\n'],
  ['a value is too short to be told from words', knowing('abc', ' "ab" '), 'abc ab "ab"'],
  ['there is none in it', knowing('some-secret'), 'a %41 \\n &amp; c29tZQ== 61:62:63\nb'],
])('a text stays as it was where %s', (_, known, text) => {
  expect(known.apply(text)).toBe(text);
  expect(known.applyToPart(text, BOTH)).toBe(text);
});
