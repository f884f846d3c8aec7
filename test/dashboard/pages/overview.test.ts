// The overview of many models: pages of fifty, what needs attention first, and a search by name.

import { describe, expect, test } from 'vitest';
import { overviewPage } from '../../../src/dashboard/pages/overview.ts';
import type { Model } from '../../../src/lib/config/models.ts';
import { minutes, one, run, statusAt } from '../status.ts';

const NOW = minutes(30);
const FRAME = { assets: { style: 's', script: 'j' }, now: NOW, links: [] };
const modelNamed = (index: number): Model => ({ ...one, name: `m-${String(index).padStart(3, '0')}` });

/** All have submitted, but for the last one. */
const status = (count: number) =>
  statusAt(
    NOW,
    Array.from({ length: count }, (_, index) => {
      const model = modelNamed(index);
      return [model, run(model, 100, {}, index === count - 1 ? 'failed' : 'succeeded')] as const;
    }),
  );

function page(count: number, chosen?: { page: number; find: string }) {
  const text = overviewPage(FRAME, status(count), 10, chosen);
  return {
    text,
    names: [...text.matchAll(/id="model-([^"]+)"/g)].map(([, name]) => name),
    pages: [...text.matchAll(/href="([^"]*\?[^"]*page=[^"]*)"/g)].map(([, href]) => href),
  };
}

describe('an overview', () => {
  test('of fifty models has one page, and no search', () => {
    const { names, pages, text } = page(50);
    expect(names).toHaveLength(50);
    expect(pages).toEqual([]);
    expect(text).not.toContain('role="search"');
  });

  test('of more has fifty on a page, what needs attention on the first one', () => {
    const { names, pages, text } = page(120);
    expect(names).toHaveLength(50);
    expect(names.slice(0, 2)).toEqual(['m-119', 'm-000']);
    expect(pages).toEqual(['/api/dashboard?page=2']);
    expect(text).toContain('Page 1 of 3');
    // The headline is about all.
    expect(text).toContain('1 of 120 models has not submitted');
  });

  test('shows each model on one page', () => {
    const all = [1, 2, 3].flatMap((number) => page(120, { page: number, find: '' }).names);
    expect(new Set(all).size).toBe(120);
    expect(all).toHaveLength(120);
  });

  test.each([
    [0, 'Page 1 of 3'],
    [2.7, 'Page 2 of 3'],
    [99, 'Page 3 of 3'],
    [Number.POSITIVE_INFINITY, 'Page 3 of 3'],
  ])('has a page also for ?page=%d', (number, words) => {
    expect(page(120, { page: number, find: '' }).text).toContain(words);
  });

  test('keeps what is sought from page to page', () => {
    const { names, pages, text } = page(120, { page: 1, find: 'm-0' });
    expect(names).toHaveLength(50);
    expect(pages).toEqual(['/api/dashboard?find=m-0&amp;page=2']);
    expect(text).toContain('100 names with “m-0”');
    expect(text).toContain('value="m-0"');
  });

  test('says so where nothing is found, and shows no markup of the query', () => {
    const { names, text } = page(120, { page: 1, find: '<b>"' });
    expect(names).toEqual([]);
    expect(text).toContain('0 names with');
    expect(text).not.toContain('<b>');
  });
});
