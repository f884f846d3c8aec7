// Writes models.schema.json from the validator, so that an editor completes and checks models.json.

import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { modelsFileSchema } from '../src/lib/model-schema.ts';

/** The JSON Schema of models.json, as the text of the file. */
export function modelsJsonSchema(): string {
  const schema = z.toJSONSchema(modelsFileSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: 'The models of the Numerai webhook app', ...schema }, null, 2)}\n`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFile(new URL('../models.schema.json', import.meta.url), modelsJsonSchema());
}
