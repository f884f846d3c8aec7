// The models that `npm start` runs: the project's file, or one of one's own. What is wrong in it stops the start, with the file
// and the line.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { lineOf } from '../cli/check/finding.ts';
import { checkModelsText } from '../cli/check/models-text.ts';
import { unknownRegionsIn } from '../cli/check/unknown-regions.ts';
import { secretNamesOf } from '../src/lib/config/secret-names.ts';
import { messageOf } from '../src/lib/util/errors.ts';
import type { EnvironmentOptions } from './environment/environment.ts';
import { LOCATION } from './environment/subscription.ts';
import { UserError } from './environment/user-error.ts';

const entries = z.array(z.looseObject({}));
/** As they are written: the app reads them anew. */
const lists = z.object({ models: entries, jobs: z.optional(entries) });

const PROJECT_FILE = fileURLToPath(new URL('../models.json', import.meta.url));

export interface OwnModels {
  readonly options: Pick<EnvironmentOptions, 'models' | 'jobs'>;
  /** The file, as it stands. */
  readonly text: string;
  /** The secrets that they need. */
  readonly secretNames: readonly string[];
}

/**
 * @param file empty for the project's own, which the app reads by itself.
 * @throws {UserError} with all that is wrong.
 */
export async function readOwnModels(file: string): Promise<OwnModels> {
  let text: string;
  try {
    text = await readFile(file || PROJECT_FILE, 'utf8');
  } catch (error) {
    throw new UserError(
      `${file === '' ? 'models.json' : `MODELS_FILE is "${file}", which`} cannot be read: ${messageOf(error)}`,
    );
  }
  const {
    models,
    of,
    faults: found,
  } = checkModelsText(text, {
    file: file || 'models.json',
    containerLocation: LOCATION,
    containerIdentityId: process.env.CONTAINER_IDENTITY_ID || undefined,
  });
  // A region that nobody here knows may be there in Azure, and is not here.
  const faults = [...found, ...(of === null ? [] : unknownRegionsIn(of))];
  if (models === null || faults.length > 0)
    throw new UserError(
      `${file || 'models.json'} has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n${faults.map((fault) => lineOf({ ...fault, verdict: 'failed' })).join('\n')}`,
    );
  const secretNames = [...new Set([...models.models, ...models.jobs].flatMap(secretNamesOf))];
  if (file === '') return { options: {}, text, secretNames };
  const { models: written, jobs } = lists.parse(of?.content);
  return { options: { models: written, ...(jobs !== undefined && { jobs }) }, text, secretNames };
}
