// The JSON Schemas of what the app reads and says, as its own schemas have them.

import * as z from 'zod/mini';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What a schema takes (`input`), or what it gives. */
export function jsonSchemaOf(schema: z.core.$ZodType, io: 'input' | 'output'): JsonSchema {
  const { '~standard': _, ...found } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    override({ jsonSchema }) {
      // `format` says it already; the validator's own pattern and the bounds of its numbers add nothing.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return found;
}
