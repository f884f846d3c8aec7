// `npm run schema` writes the JSON Schemas: of models.json, so that an editor completes and checks it, and of what
// other programs read, the status and the alerts in plain JSON; and the description of the HTTP API.

import { writeFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { statusSchema } from '../src/functions/http/status-json.ts';
import { jsonSchema } from '../src/lib/alerts/formats/json.ts';
import { modelsFileSchema } from '../src/lib/config/models-file-schema.ts';
import { openApiDocument } from './openapi/document.ts';
import { jsonSchemaOf } from './openapi/json-schemas.ts';

/** The JSON Schema of models.json, as the text of the file. */
export function modelsJsonSchema(): string {
  const defaults = { containerLocation: undefined, containerIdentityId: undefined };
  const schema = z.toJSONSchema(modelsFileSchema(defaults), { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: 'The models of the Numerai webhook app', ...schema }, null, 2)}\n`;
}

/** Of GET /api/status. */
export const statusJsonSchema = (): string => documented('The status of all models', statusSchema, 'output');

/** Of an alert as webhooks of the format `json` get it. */
export const alertJsonSchema = (): string => documented('An alert', jsonSchema, 'input');

/** Of the HTTP API. */
export const openApiJson = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;

function documented(title: string, schema: z.core.$ZodType, io: 'input' | 'output'): string {
  const { $schema, ...rest } = jsonSchemaOf(schema, io);
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

if (import.meta.main) {
  const write = (path: string, text: string) => writeFile(new URL(`../${path}`, import.meta.url), text);
  await write('models.schema.json', modelsJsonSchema());
  await write('docs/status.schema.json', statusJsonSchema());
  await write('docs/alert.schema.json', alertJsonSchema());
  await write('docs/openapi.json', openApiJson());
}
