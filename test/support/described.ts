// Holds answers against the description of the API, docs/openapi.json: none is given that it does not have.

import { readFileSync } from 'node:fs';
import { z } from 'zod';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];
const schema = z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null);

const responseSchema = z.object({
  content: z.optional(z.record(z.string(), z.object({ schema }))),
});
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        responses: z.record(z.string(), z.union([z.strictObject({ $ref: z.string() }), responseSchema])),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), schema), responses: z.record(z.string(), responseSchema) }),
});

/** Of a document in which a schema refers to others of the same document. */
const text = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
const { paths, components } = documentSchema.parse(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));

const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { responses }]) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^/api${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    responses,
  })),
);

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const readers = new Map<JsonSchema, z.ZodType>();

function readerOf(described: JsonSchema): z.ZodType {
  const known = readers.get(described);
  if (known !== undefined) return known;
  const all = typeof described === 'boolean' ? described : { ...described, $defs: components.schemas };
  const reader = z.fromJSONSchema(all as JsonSchema);
  readers.set(described, reader);
  return reader;
}

/** What an answer has that is not described; null where it is as described, or no part of the API. */
export function notDescribed(method: string, path: string, answer: Answer): string | null {
  const operation = operations.find((each) => each.method === method && each.pattern.test(path));
  if (operation === undefined) return null;
  const { status, headers, text: body } = answer;
  const found = operation.responses[status];
  if (found === undefined) return `${method} ${path}: ${status} is not described.`;
  const { content } = '$ref' in found ? (components.responses[found.$ref.split('/').at(-1) ?? ''] ?? {}) : found;
  const type = headers.get('content-type')?.split(';')[0];
  if (content === undefined || type === undefined)
    return body === '' ? null : `${method} ${path}: ${status} has a body.`;
  const described = content[type]?.schema;
  if (described === undefined) return `${method} ${path}: ${status} is not described as ${type}.`;
  if (!type.endsWith('json')) return null;
  const { error } = readerOf(described).safeParse(JSON.parse(body));
  return error === undefined ? null : `${method} ${path}: ${status} is not as described. ${z.prettifyError(error)}`;
}
