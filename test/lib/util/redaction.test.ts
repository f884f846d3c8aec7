// Secrets in text, and halves of them where a text was cut.

import { describe, expect, test } from 'vitest';
import { createRedaction } from '../../../src/lib/util/redaction.ts';

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
