// In which line of a JSON text each value stands, and which keys stand twice in an object: the parser tells neither.

import { pathText } from '../../src/lib/config/models.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

export interface JsonLines {
  /** Of the value at a place, such as `models[0].name`; where there is none, of what it is missing in. */
  lineOf(place: string): number;
  /** The places whose key the same object has before. */
  readonly repeated: readonly string[];
}

type Level =
  | { readonly kind: 'object'; key: string; readonly keys: Set<string> }
  | { readonly kind: 'list'; key: number };

/** How many objects and lists stand within each other. */
export function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^[{[]$/.test(token)) depth += 1;
    else if (/^[}\]]$/.test(token)) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** @param text valid JSON. */
export function linesOf(text: string): JsonLines {
  const lines = new Map<string, number>();
  const repeated: string[] = [];
  const levels: Level[] = [];
  let line = 1;
  let end = 0;
  let isKey = false;
  const place = () => pathText(levels.map(({ key }) => key));
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    line += text.slice(end, index).split('\n').length - 1;
    end = index + token.length;
    const level = levels.at(-1);
    if (token === '}' || token === ']') levels.pop();
    else if (token === ',' && level?.kind === 'list') level.key += 1;
    else if (token === ',') isKey = true;
    else if (token === ':') isKey = false;
    else if (isKey && level?.kind === 'object') {
      level.key = JSON.parse(token);
      if (level.keys.has(level.key)) repeated.push(place());
      level.keys.add(level.key);
      lines.set(place(), line);
    } else {
      if (level?.kind !== 'object') lines.set(place(), line);
      if (token === '{') levels.push({ kind: 'object', key: '', keys: new Set() });
      if (token === '[') levels.push({ kind: 'list', key: 0 });
    }
    if (token === '{' || token === '}' || token === ']' || token === '[') isKey = token === '{';
  }
  return {
    repeated,
    lineOf(wanted) {
      for (let at = wanted; at !== ''; at = at.replace(/(\.[^.[]*|\[[^[]*\]|^[^.[]+)$/, '')) {
        const found = lines.get(at);
        if (found !== undefined) return found;
      }
      return 1;
    },
  };
}
