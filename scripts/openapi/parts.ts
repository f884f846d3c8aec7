// The parts that the description of the API is made of.

import { name as entryName } from '../../src/lib/config/entry-fields.ts';
import { RUN_ID } from '../../src/lib/runs/run-id.ts';
import * as answers from './answers.ts';
import { type JsonSchema, jsonSchemaOf } from './json-schemas.ts';

export interface JsonObject {
  readonly [name: string]: unknown;
}

type Schema = Parameters<typeof jsonSchemaOf>[0];

/** The parts that schemas have in common, by name; filled as schemas are used. */
const shared = new Map<string, JsonSchema>();

const component = (name: string) => `#/components/schemas/${name}`;

/** The schema in its place in the document: one that has a name is there once, and so is what schemas have in common. */
function placed(schema: Schema, io: 'input' | 'output' = 'output'): JsonObject {
  const { $schema: _, $defs = {}, id, ...found } = jsonSchemaOf(schema, io);
  for (const [name, definition] of Object.entries($defs)) shared.set(name, moved(definition));
  if (id === undefined) return moved(found);
  shared.set(id, moved(found));
  return { $ref: component(id) };
}

/** With the references of a document of many schemas. */
function moved(schema: JsonSchema): JsonSchema {
  const { id: _, ...found } = JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${component('')}`));
  return found;
}

export const ref = (schema: string): JsonObject => ({ $ref: `#/components/${schema}` });
export const HEADERS = { 'x-request-id': ref('headers/RequestId') };
export const RUN_HEADERS = { ...HEADERS, 'x-run-id': ref('headers/RunId') };

export const json = (description: string, schema: Schema, headers: JsonObject = HEADERS): JsonObject => ({
  description,
  headers,
  content: { 'application/json': { schema: placed(schema) } },
});

export const text = (description: string, type: string, headers: JsonObject = HEADERS): JsonObject => ({
  description,
  headers,
  content: { [type]: { schema: { type: 'string' } } },
});

/** Why something is refused, by its status; those of all calls are added. */
const REFUSALS = {
  400: 'The request cannot be read, or says something that it may not.',
  403: 'A page of another site made this request.',
  404: 'There is no such model, job, run or attempt.',
  409: 'Not as things are: the round is not open, a run is under way or has ended, the model is paused, or the row of a run cannot be read.',
  411: 'The body came in chunks, which Azure Functions does not pass on.',
  413: 'The body is too large.',
  415: 'The body is not declared as JSON.',
  429: 'A bound of the day is reached.',
} as const;

export function refusals(...statuses: readonly (keyof typeof REFUSALS)[]): JsonObject {
  const named = statuses.map((status) => [String(status), ref(`responses/${status}`)]);
  return {
    ...Object.fromEntries(named),
    401: ref('responses/401'),
    500: ref('responses/500'),
    503: ref('responses/503'),
  };
}

export const inPath = (name: string) => ref(`parameters/${name}`);
export const body = (schema: Schema, example: object): JsonObject => ({
  required: false,
  content: { 'application/json': { schema: placed(schema, 'input'), example } },
});

/** The members of a query, as the app checks them. */
export function inQuery(schema: Schema): readonly JsonObject[] {
  const { properties = {} } = jsonSchemaOf(schema, 'input');
  return Object.entries(properties).map(([name, member]) => ({
    name,
    in: 'query',
    // As if it were left out.
    allowEmptyValue: true,
    schema: member,
  }));
}

const OF_PROBLEM = { 'application/problem+json': { schema: placed(answers.problem) } };

/** An answer that says what is wrong. */
export const problem = (description: string): JsonObject => ({
  description,
  headers: HEADERS,
  content: OF_PROBLEM,
});

/** One of these, or a problem. */
export const eitherOf = (description: string, ...schemas: readonly Schema[]): JsonObject => ({
  description,
  headers: HEADERS,
  content: { 'application/json': { schema: { anyOf: schemas.map((schema) => placed(schema)) } }, ...OF_PROBLEM },
});

/** What the operations refer to; the schemas are those that were used until now. */
export function components(): JsonObject {
  const responses = Object.entries(REFUSALS).map(([status, description]) => [status, problem(description)]);
  return {
    schemas: Object.fromEntries(shared),
    parameters: {
      model: {
        name: 'model',
        in: 'path',
        required: true,
        description: 'The name of a model or a job in `models.json`.',
        schema: { ...placed(entryName, 'input'), maxLength: 36 },
      },
      runId: {
        name: 'runId',
        in: 'path',
        required: true,
        schema: { type: 'string', pattern: RUN_ID.source },
      },
    },
    headers: {
      RequestId: { required: true, description: 'Names the request in the log.', schema: { type: 'string' } },
      RunId: { required: true, description: "The run's id.", schema: { type: 'string' } },
      RetryAfter: { required: true, description: 'Seconds until it is worth a try.', schema: { type: 'integer' } },
    },
    responses: {
      ...Object.fromEntries(responses),
      401: { description: 'There is no key, or a wrong one. The platform answers, without a body.' },
      429: waiting(REFUSALS[429]),
      500: problem('The configuration is wrong, or the app met an error that it does not know.'),
      503: waiting('Azure or Numerai does not answer, or refuses. Try again.'),
    },
    securitySchemes: {
      header: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
      query: { type: 'apiKey', in: 'query', name: 'code' },
    },
  };
}

const waiting = (description: string): JsonObject => ({
  ...problem(description),
  headers: { ...HEADERS, 'retry-after': ref('headers/RetryAfter') },
});
