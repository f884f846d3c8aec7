// The template's files, read once for the tests of this folder.

import { readdirSync, readFileSync } from 'node:fs';
import { type Declaration, declarationsOf, type Import, importsOf } from './bicep.ts';

const INFRA = new URL('../../infra/', import.meta.url);

export interface BicepFile {
  /** Relative to infra/. */
  readonly path: string;
  readonly source: string;
  readonly declarations: readonly Declaration[];
  readonly imports: readonly Import[];
}

function read(path: string): BicepFile {
  const source = readFileSync(new URL(path, INFRA), 'utf8');
  return { path, source, declarations: declarationsOf(source), imports: importsOf(source) };
}

export const FILES: readonly BicepFile[] = readdirSync(INFRA, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.bicep'))
  .sort()
  .map(read);
export const MAIN = fileAt('main.bicep');
export const MODULES: readonly BicepFile[] = FILES.filter(({ path }) => path.startsWith('modules/'));

/** @param path relative to infra/, or to the file that names it. */
export function fileAt(path: string, from = 'main.bicep'): BicepFile {
  const { pathname } = new URL(path, `file:///${from}`);
  const found = FILES.find((file) => `/${file.path}` === pathname);
  if (found === undefined) throw new Error(`${from} names ${path}, which is not there`);
  return found;
}

/** The declaration of that name in a file. */
export function declared(path: string, name: string): Declaration {
  const found = fileAt(path).declarations.find((declaration) => declaration.name === name);
  if (found === undefined) throw new Error(`${path} declares no ${name}`);
  return found;
}

/** The declaration of that name in main.bicep. */
export const inMain = (name: string): Declaration => declared('main.bicep', name);

export const PARAMETERS_FILE: {
  readonly parameters: Readonly<Record<string, { readonly value: string }>>;
} = JSON.parse(readFileSync(new URL('main.parameters.json', INFRA), 'utf8'));
