// Reads request bodies and refuses them as Azure does: for some missing properties the resource provider has
// messages of its own; the rest is refused by its JSON reader.

import { z } from 'zod';
import { ArmError } from './arm-error.ts';
import { type GroupBody, groupSchema } from './schema.ts';

/** Reads the body of a PUT; throws the refusal that Resource Manager would answer. */
export function parseGroup(body: Buffer, name: string): GroupBody {
  const json = parseJson(body);
  const parsed = groupSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw invalid('');
  throw providerRefusal(issue, json, name) ?? readerRefusal(issue, json);
}

/** Reads a group from its own JSON; throws if it is not one. */
export function readGroup(json: unknown): GroupBody {
  return groupSchema.parse(json);
}

/** The resource provider's own refusal; undefined if the JSON reader refuses. */
function providerRefusal(issue: z.core.$ZodIssue, json: unknown, group: string): ArmError | undefined {
  const path = issue.path.map((key) => (typeof key === 'number' ? '*' : String(key))).join('.');
  if (path === 'properties.osType') {
    return new ArmError(
      400,
      'InvalidOsType',
      "The 'osType' for container group '<null>' is invalid. The value must be one of 'Windows,Linux'.",
    );
  }
  if (!path.startsWith('properties.containers.*.properties.resources')) return undefined;
  if (issue.code !== 'invalid_type' || valueAt(json, issue.path) !== undefined) return undefined;
  const container = String(valueAt(json, [...issue.path.slice(0, 3), 'name']));
  const where = `in container '${container}' of contain group '${group}'`;
  const version = "since API version '2017-07-01-preview'";
  if (path.endsWith('resources') || path.endsWith('requests')) {
    return new ArmError(
      400,
      'ResourceRequestsNotSpecified',
      `The resource requests are not specified ${where}. Both memory and CPU requests are required ${version}.`,
    );
  }
  const missing = path.endsWith('cpu') ? 'Cpu' : 'MemoryInGB';
  return new ArmError(
    400,
    'ResourceSomeRequestsNotSpecified',
    `The '${missing}' request is not specified in 'Microsoft.Azure.CloudConsole.Providers.Common.Entities.ComputeResources' ${where}. It is required ${version}.`,
  );
}

const patchSchema = z.looseObject({ tags: z.record(z.string(), z.string()).optional() });

/** Reads the body of a PATCH, of which only the tags have an effect. */
export function parsePatch(body: Buffer): { tags: Record<string, string> | undefined } {
  const parsed = patchSchema.safeParse(parseJson(body));
  if (!parsed.success) throw invalid("Error converting value to type 'TagsDictionary'.");
  return { tags: parsed.data.tags };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function readerRefusal(issue: z.core.$ZodIssue, json: unknown): ArmError {
  const parent = memberPath(issue.path.slice(0, -1));
  const last = issue.path.at(-1);
  if (issue.code === 'unrecognized_keys') {
    const path = memberPath([...issue.path, issue.keys[0] ?? '']);
    return invalid(`${issue.message} Path '${path}', line 1, position 1.`);
  }
  const value = valueAt(json, issue.path);
  if (value === undefined && typeof last === 'string') {
    // Resource Manager itself checks the location, before the resource provider sees the request.
    if (issue.path.length === 1 && last === 'location') {
      return new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
    }
    return invalid(`Required property '${last}' not found in JSON. Path '${parent}', line 1, position 1.`);
  }
  const shown = typeof value === 'object' ? 'object' : JSON.stringify(value);
  const path = memberPath(issue.path);
  return invalid(
    `Error converting value ${shown} to type '${expectedType(issue)}'. Path '${path}', line 1, position 1.`,
  );
}

function expectedType(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.expected;
  if (issue.code === 'invalid_value') return issue.values.join(' | ');
  return issue.code;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return new Map<PropertyKey, unknown>(Object.entries(value)).get(String(key));
  }, json);
}

function memberPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((joined, key) => {
    if (typeof key === 'number') return `${joined}[${key}]`;
    return joined === '' ? String(key) : `${joined}.${String(key)}`;
  }, '');
}

function invalid(detail: string): ArmError {
  return new ArmError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${detail}'.`,
  );
}
