// The template's files, read once for the tests of this folder.

import { readdirSync, readFileSync } from 'node:fs';
import { type Declaration, declarationsOf } from './bicep.ts';

const INFRA = new URL('../../infra/', import.meta.url);

export interface BicepFile {
  /** Relative to infra/. */
  readonly path: string;
  readonly source: string;
  readonly declarations: readonly Declaration[];
}

function read(path: string): BicepFile {
  const source = readFileSync(new URL(path, INFRA), 'utf8');
  return { path, source, declarations: declarationsOf(source) };
}

export const MAIN = read('main.bicep');
export const MODULES: readonly BicepFile[] = readdirSync(new URL('modules/', INFRA))
  .sort()
  .map((name) => read(`modules/${name}`));
export const FILES: readonly BicepFile[] = [MAIN, ...MODULES];

/** The declaration of that name in main.bicep. */
export function inMain(name: string): Declaration {
  const found = MAIN.declarations.find((declaration) => declaration.name === name);
  if (found === undefined) throw new Error(`main.bicep declares no ${name}`);
  return found;
}

export const PARAMETERS_FILE: {
  readonly parameters: Readonly<Record<string, { readonly value: string }>>;
} = JSON.parse(readFileSync(new URL('main.parameters.json', INFRA), 'utf8'));
