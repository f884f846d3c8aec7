import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { html } from '../../src/dashboard/html.ts';

test('whatever is put into HTML stays text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const { text } = html`<p title="${value}">${[value, html`<b>${value}</b>`]}</p>`;
      const inner = text.replace(/^<p title="/, '').replace(/<\/p>$/, '');
      expect(inner.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).toMatch(
        /^[^<>"'&]*">[^<>"'&]*<b>[^<>"'&]*<\/b>$/,
      );
    }),
  );
});

test('what would turn writing round or vanish is made visible', () => {
  expect(html`${'a\u202Eb\u0000c\u2066d\te\nf'}`.text).toBe('a\uFFFDb\uFFFDc\uFFFDd\te\nf');
});

test('nothing, no and lists', () => {
  expect(html`${null}${undefined}${false}${0}${['a', 1, null]}`.text).toBe('0a1');
});
