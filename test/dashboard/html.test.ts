import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { html } from '../../src/dashboard/html.ts';

test('a value stays text, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const { text } = html`<p title="${value}">${[value, html`<b>${value}</b>`]}</p>`;
      const inner = text.replace(/^<p title="/, '').replace(/<\/p>$/, '');
      expect(inner.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).toMatch(/^[^<>"'&]*">[^<>"'&]*<b>[^<>"'&]*<\/b>$/);
    }),
  );
});

test('characters that reverse or hide text become visible', () => {
  expect(html`${'a\u202Eb\u0000c\u2066d\te\nf'}`.text).toBe('a\uFFFDb\uFFFDc\uFFFDd\te\nf');
});

test('null, undefined and false leave nothing; lists are joined', () => {
  expect(html`${null}${undefined}${false}${0}${['a', 1, null]}`.text).toBe('0a1');
});
