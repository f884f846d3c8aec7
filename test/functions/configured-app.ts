// The app with given settings and a given models.json, and what it says of them.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { systemClock } from '../../src/lib/util/clock.ts';
import { ConfigurationError } from '../../src/lib/util/errors.ts';

const SETTINGS = {
  AZURE_SUBSCRIPTION_ID: '11111111-2222-4333-8444-555555555555',
  CONTAINER_RESOURCE_GROUP: 'my-containers',
  CONTAINER_LOCATION: 'westus2',
  AzureWebJobsStorage__tableServiceUri: 'https://account.table.core.windows.net/',
};
export const MODEL = { name: 'mine', tournament: 'classic', container: { image: 'example.org/a:1' } };

/** The model with more in its container. */
export const container = (more: object) => ({ ...MODEL, container: { ...MODEL.container, ...more } });
export const registry = (more: object) => container({ registry: { server: 'example.org', ...more } });

const folder = mkdtempSync(join(tmpdir(), 'app-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The app with these settings alone. */
const create = (environment: Record<string, string>): App =>
  createApp({ environment, clock: systemClock, random: Math.random, fetch, appFolder: folder });

/** The app with these settings besides the usual ones. */
export function appOf(settings: Record<string, string> = {}, models: unknown = { models: [MODEL] }): App {
  const text = typeof models === 'string' ? models : JSON.stringify(models);
  writeFileSync(join(folder, 'models.json'), text);
  return create({ ...SETTINGS, ...settings });
}

/** The faults, each as `key: got …; expected …`. */
export function faultsOf(...args: Parameters<typeof appOf>): string[] {
  try {
    appOf(...args);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const { key, got, expected } of error.faults) {
      expect(error.message).toContain(`- ${key}: got ${got}; expected ${expected}.`);
    }
    return error.faults.map(({ key, got, expected }) => `${key}: got ${got}; expected ${expected}`);
  }
  return [];
}
