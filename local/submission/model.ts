// The demo's "model": a weight for each feature. One is in the image; where the training job has put a newer one into the
// mounted folder, that one is used. A file is exchanged for another while somebody may be reading it, so it is always whole.

import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { EXIT, Failure } from './failures.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface Model {
  /** In the order of the features; repeated where there are more. */
  readonly weights: readonly number[];
  /** Which one it is, in words for the log. */
  readonly name: string;
}

/** Where models.json mounts the share, and the file in it. */
const FOLDER = '/models';
const FILE = 'model.json';

/** What is in the image: the mean of the features. */
const OWN_MODEL: Model = { weights: [1], name: "the image's own model" };

const modelFile = z.object({
  weights: z.array(z.number()).check(z.minLength(1)),
  trainedAt: z.iso.datetime(),
  run: z.string(),
});

/** As it is written. */
export type ModelFile = z.output<typeof modelFile>;

/** The model in the mounted folder where there is one, else the image's own. Throws a `Failure` where it is none. */
export async function readModel(env: Variables): Promise<Model> {
  const folder = mountedFolder(env);
  if (folder === null) return OWN_MODEL;
  let text: string;
  try {
    text = await readFile(join(folder, FILE), 'utf8');
  } catch (error) {
    if (isNotThere(error)) return OWN_MODEL;
    throw new Failure(EXIT.unexpected, `${FOLDER}/${FILE} cannot be read: ${String(error)}`, error);
  }
  try {
    const { weights, trainedAt, run } = modelFile.parse(JSON.parse(text));
    return { weights, name: `${FOLDER}/${FILE}, trained at ${trainedAt} by run ${run}` };
  } catch (error) {
    // Not with the image's own: who trains a model wants no other to be submitted.
    throw new Failure(EXIT.unexpected, `${FOLDER}/${FILE} is no model. Run the job again, or remove the file.`, error);
  }
}

/** Where the training writes. Throws a `Failure` where nothing is mounted that it can write to. */
export async function openModelFile(env: Variables): Promise<(model: ModelFile) => Promise<string>> {
  const folder = mountedFolder(env);
  if (folder === null)
    throw new Failure(EXIT.configuration, `${FOLDER} is not there. Mount a share there (volumes in models.json).`);
  // Two runs may train at once.
  const part = join(folder, `${FILE}.${env.RUN_ID ?? 'by-hand'}.part`);
  try {
    await (await open(part, 'w')).close();
  } catch (error) {
    const advice = 'Mount the share with readOnly: false.';
    throw new Failure(EXIT.configuration, `${FOLDER} cannot be written to: ${String(error)}. ${advice}`, error);
  }
  await rm(part);
  return async (model) => {
    const file = await open(part, 'w');
    await file.writeFile(`${JSON.stringify(model)}\n`);
    await file.sync();
    await file.close();
    await rename(part, join(folder, FILE));
    return `${FOLDER}/${FILE}`;
  };
}

/** A process finds what is mounted below CONTAINER_ROOT, which it has only where something is. */
function mountedFolder({ CONTAINER_ROOT }: Variables): string | null {
  return CONTAINER_ROOT === undefined ? null : join(CONTAINER_ROOT, FOLDER);
}

function isNotThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
