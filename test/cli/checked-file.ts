// `numerai check` of a models.json in a folder of its own, without a network.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { emptyFolder, numerai } from './command-line.ts';

export const folder = emptyFolder();
export const SUBSCRIPTION = '11111111-2222-4333-8444-555555555555';
export const identityIn = (subscription: string, name: string, group = 'resourceGroups') =>
  `/subscriptions/${subscription}/${group}/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
/** Of something else. */
export const GUID = '0f3c9d1e-8a47-4b62-9e0d-2c71b6a4f058';

let files = 0;
/** Writes a models.json. @returns its path in the folder. */
export function fileOf(content: unknown): string {
  files += 1;
  mkdirSync(join(folder, String(files)));
  const file = join(String(files), 'models.json');
  writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return file;
}

export const check = (content: unknown, environment: Record<string, string> = {}, ...args: string[]) =>
  numerai(['check', '--offline', ...args], { ...environment, MODELS_FILE: fileOf(content) }, { folder });

/** The lines of faults, without the file. */
export async function faultsOf(content: unknown, environment: Record<string, string> = {}): Promise<string[]> {
  const { code, out } = await check(content, environment);
  const lines = out.split('\n').filter((line) => line.startsWith('✗'));
  expect(code, out).toBe(lines.length === 0 ? 0 : 1);
  return lines.map((line) => line.replace(/^✗ (\d+\/models\.json:)?/, ''));
}

export const container = { image: 'docker.io/someone/model:1' };
export const model = (more: object = {}) => ({ name: 'm', tournament: 'classic', container, ...more });
export const imaged = (more: object) => model({ container: { ...container, ...more } });
