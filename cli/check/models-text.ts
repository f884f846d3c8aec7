// What is wrong with the text of models.json, as the app would refuse it: all at once, each with its line and its model.

import { type ModelDefaults, type ModelsFile, NOT_KNOWN, parseModels } from '../../src/lib/config/models.ts';
import { ConfigurationError, type ConfigurationFault } from '../../src/lib/util/errors.ts';
import { parseJson } from '../../src/lib/util/json.ts';
import { clauseOf, together } from '../../src/lib/util/sentences.ts';
import { entryAt, entryWords } from './entry-words.ts';
import { type Finding, failed, type Place } from './finding.ts';
import { depthOf, type JsonLines, linesOf } from './json-lines.ts';
import { remedyForKey } from './known-keys.ts';
import { likelyMistakesIn } from './likely-mistakes.ts';
import { nameAlone } from './name-alone.ts';

/** A file that is JSON, be it right or wrong otherwise. */
export interface ModelsContent {
  readonly file: string;
  readonly content: unknown;
  readonly lines: JsonLines;
}

interface ModelsTextCheck {
  /** Null where it is wrong. */
  readonly models: ModelsFile | null;
  /** Null where it is no JSON. */
  readonly of: ModelsContent | null;
  /** As they stand in the file. */
  readonly faults: readonly Finding[];
}

export function checkModelsText(given: string, defaults: ModelDefaults): ModelsTextCheck {
  const { file } = defaults;
  const text = given.replace(/^\uFEFF/, '');
  if (depthOf(text) > DEEPEST) return { models: null, of: null, faults: [tooDeep(file)] };
  const { models, faults } = parsed(text, defaults);
  const content = parseJson(text);
  const of = content === undefined ? null : { file, content, lines: linesOf(text) };
  const repeated = (of?.lines.repeated ?? []).map((key) =>
    failed(
      said(key, content),
      'it stands twice, and the first one is ignored.',
      'Leave one of them.',
      placeOf(of, key),
    ),
  );
  const likely = likelyMistakesIn(content).map(({ key, found, remedy }) =>
    failed(said(key, content), found, remedy, placeOf(of, key)),
  );
  const all = [...faults.map((fault) => ofFault(fault, file, of)), ...repeated, ...likely];
  return { models, of, faults: all.toSorted((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0)) };
}

/** Four levels have a meaning; what is far deeper is no list of models, and takes each who reads it down. */
const DEEPEST = 100;

const tooDeep = (file: string): Finding =>
  failed('it is nested too deeply', `more than ${DEEPEST} levels.`, 'Expected: an object with `models`.', {
    file,
    line: 1,
    key: '',
  });

function parsed(text: string, defaults: ModelDefaults) {
  try {
    return { models: parseModels(text, defaults), faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { models: null, faults: error.faults };
  }
}

function ofFault({ key, got, expected }: ConfigurationFault, file: string, of: ModelsContent | null): Finding {
  const place = key.slice(file.length + 2);
  const remedy = (got === NOT_KNOWN ? remedyForKey(place) : null) ?? `Expected: ${clauseOf(expected)}.`;
  if (of === null) {
    const line = Number(/\(line (\d+)/.exec(got)?.[1] ?? 1);
    return failed('it is not JSON', `${got}.`, remedy, { file, line, key: '' });
  }
  const more = nameAlone(/[^.]*$/.exec(place)?.[0] ?? '', valueAt(of.content, place));
  return failed(said(place, of.content), `got ${got}.`, together(remedy, more) ?? remedy, placeOf(of, place));
}

/** @param place as messages name it: `models[0].container.compute`. */
function valueAt(content: unknown, place: string): unknown {
  return place.split(/\.|\[|\]\.?/).reduce<unknown>((value, key) => {
    if (key === '') return value;
    return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }, content);
}

export function placeOf(of: ModelsContent | null, key: string): Place | null {
  return of === null ? null : { file: of.file, line: of.lines.lineOf(key), key };
}

/** `models[2].container.cpu of model nightly` */
export function said(key: string, content: unknown): string {
  const entry = entryAt(content, key);
  return entry === null ? key : `${key} of ${entryWords(entry)}`;
}
