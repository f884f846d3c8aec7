// The runbook has a section for every kind of alert and of failure, and quotes every reason.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PROBLEM_KINDS } from '../../src/lib/alerts/event.ts';
import { REFUSALS } from '../../src/lib/azure/refusals.ts';
import { FAILURES } from '../../src/lib/runs/failure.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const runbook = read('docs/runbook.md');
const flat = (text: string) => text.replace(/^> /gm, '').replace(/\s+/g, ' ');

const FILES = readdirSync(new URL('../../src/lib', import.meta.url), { recursive: true })
  .map((file) => String(file).replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/lib/${file}`);

/** Files that speak of reasons without making any. */
const NOT_SOURCES = /^src\/lib\/(alerts\/|runs\/|operations\/(?!cancel)|azure\/(?!key)|storage\/|rounds\/)/;

/** Files whose sentences become the reason of a run; a new one is found by what it is about. */
const SOURCES = FILES.filter((file) => !NOT_SOURCES.test(file)).filter((file) =>
  /\breason\b|\bwhy\b|SecretError\(/.test(read(file)),
);

/** Sentences that no run has for its reason. */
const OTHERS = [
  // Thrown, and taken up by the watcher.
  'The lease of run',
  'Run … has no attempt',
  'The attempt is not prepared.',
  'Model … has no region to start in.',
  // An address: no page has one of the portal.
  'Look there for …: https:',
  // What the health check says.
  'The workspace … has no compute',
  'The compute … of the workspace … is in the state',
  'The compute … of the workspace … has no managed identity',
  'The cluster … of the workspace … may have no node',
  'The workspace … has no environment',
  'The batch endpoint … of the workspace … has no default deployment',
  'Name one as deployment in models.json, or',
  'Look at it in the studio.',
  'Give it the role Key Vault Secrets User on the vault',
  'The container group … has the restart policy Always',
  'Recreate the group with the restart policy Never.',
  'The Container Apps job … …',
  'The Container Apps job … has the trigger',
  'Create it anew with --trigger-type Manual',
  'The Container Apps job … is suspended',
  'Resume it in the portal.',
  'The Container Apps job … is not as',
  '… with … CPU and … GB',
  // Of an answer that cannot be read: the call failed.
  'The answer does not describe a Container Apps job.',
  // The part of a reason before Azure's own words.
  'Azure says: …',
  'Fix container.group in models.json or CONTAINER_RESOURCE_GROUP',
  // Taken up at once: the start is made, and counted later.
  'The counter of starts does not answer.',
  'Too many instances count their starts at once.',
  // The caller's answer.
  'Several triggers for …',
  'Run … of … is in flight',
  'Run … of … has ended',
  // A line of the log.
  'Numerai cannot be asked for the rounds',
];

function section(heading: string, from: string): string {
  const part = runbook.slice(runbook.indexOf(`\n## ${from}\n`));
  const [, rest = ''] = part.split(`\n### ${heading}\n`);
  return rest.split(/\n#{2,3} /)[0] ?? '';
}

test.each([...PROBLEM_KINDS, 'back-to-normal'])('the alert %s has its section', (kind) => {
  expect(section(kind, 'Alerts').trim().length).toBeGreaterThan(20);
});

test.each([...FAILURES])('the failure %s has its section, which quotes its reasons', (failure) => {
  expect(section(failure, 'Failures')).toMatch(/^> \S/m);
});

/** The literals of a source text, with `…` for what is put into templates; nested ones come too. */
function literals(source: string): string[] {
  const found: string[] = [];
  /** Reads from after an opening quote. @returns the place after the closing one. */
  function readLiteral(start: number, quote: string): number {
    let text = '';
    let at = start;
    while (at < source.length && source[at] !== quote) {
      if (source[at] === '\\') {
        text += source[at + 1] ?? '';
        at += 2;
      } else if (quote === '`' && source.startsWith('${', at)) {
        text += '…';
        at = readCode(at + 2, '}');
      } else {
        text += source[at] ?? '';
        at += 1;
      }
    }
    found.push(text);
    return at + 1;
  }
  function readCode(start: number, end: string): number {
    let at = start;
    let depth = 0;
    while (at < source.length) {
      const character = source[at] ?? '';
      if (character === end && depth === 0) return at + 1;
      if (source.startsWith('//', at)) at = source.indexOf('\n', at);
      else if (source.startsWith('/*', at)) at = source.indexOf('*/', at) + 2;
      else if (character === "'" || character === '`' || character === '"') at = readLiteral(at + 1, character);
      else {
        if (character === '{') depth += 1;
        if (character === '}') depth -= 1;
        at += 1;
      }
    }
    return at;
  }
  readCode(0, '');
  return found;
}

/** Literals that read as a sentence of more than a few words. */
function sentences(path: string): string[] {
  return literals(read(path)).filter(
    (text) => /^(…|[A-Z])/.test(text) && text.split(' ').length > 3 && !OTHERS.some((other) => text.startsWith(other)),
  );
}

describe.each(SOURCES)('the reasons of %s', (path) => {
  const texts = sentences(path);

  test.each(texts.length > 0 ? texts : ['…'])('%s', (text) => {
    const fixed = text
      .split('…')
      .map((part) => flat(part).trim())
      .reduce((longest, part) => (part.length > longest.length ? part : longest), '');
    expect(flat(runbook).includes(fixed.slice(0, 60).trim()), 'is in docs/runbook.md').toBe(true);
  });
});

test('the reasons are found at all', () => {
  expect(SOURCES.flatMap(sentences).length).toBeGreaterThan(50);
});

/** What stands in the runbook as said by the app, in the chapters on runs. */
const quotations = runbook
  .slice(runbook.indexOf('\n## Failures\n'))
  .split('\n')
  .filter((line) => line.startsWith('> '))
  .map((line) => line.slice(2));
const everything = FILES.flatMap((file) => literals(read(file)).map(flat)).join('\n');

test.each(quotations)('the app still says: %s', (quotation) => {
  // A sentence may be put together from several literals, but not a clause.
  const clauses = quotation.split(/…|\d+|[,.:;](?: |$)/).filter((clause) => clause.trim().length > 10);
  for (const clause of clauses) expect(everything.includes(clause.trim()), clause).toBe(true);
});

const chapter = flat(runbook.split('\n## Why the vault, the tables or Resource Manager refuse\n')[1] ?? '');

test.each(
  Object.entries(REFUSALS).flatMap(([service, rows]) => rows.map((row) => [service, row.words.source, row] as const)),
)('what is said where %s refuses with %s stands there, with the remedy', (_service, _words, { what, remedy }) => {
  const subject = { place: '…', name: '…' };
  expect(chapter).toContain(flat(`${what(subject, '')} ${remedy(subject, '')}`));
});

test('quotations are found at all', () => {
  expect(quotations.length).toBeGreaterThan(50);
});
