// GraphQL documents. Each is parsed and checked only once, since clients keep sending the same few.

import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  GraphQLScalarType,
  getOperationAST,
  Kind,
  parse,
  specifiedRules,
  validate,
  visit,
} from 'graphql';

const schema = buildSchema(readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8'));

const time = schema.getType('Time');
if (time instanceof GraphQLScalarType) {
  time.serialize = (value) => (value instanceof Date ? value.toISOString().replace(/\.\d+Z$/, 'Z') : value);
}

const DOCUMENTS_KEPT = 500;
type Checked = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };
const documents = new Map<string, Checked>();

/** What is wrong with a document by the schema. The client's tests use this as well. */
export function faultsOf(query: string): readonly GraphQLError[] {
  const checked = check(query);
  return 'errors' in checked ? checked.errors : [];
}

export interface GraphQLAnswer {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

/** Executes a document. The functions of the root value get (arguments, context). */
export async function run<Context>(
  query: string,
  variables: Readonly<Record<string, unknown>> | null | undefined,
  rootValue: object,
  context: Context,
): Promise<GraphQLAnswer> {
  const checked = check(query);
  if ('errors' in checked) return { errors: checked.errors.map((error) => error.toJSON()) };
  const operation = getOperationAST(checked.document, null);
  if (operation?.operation === 'subscription') return { errors: [{ message: 'Subscriptions are not supported.' }] };
  const { data, errors } = await execute({
    schema,
    document: checked.document,
    rootValue,
    contextValue: context,
    variableValues: variables ?? {},
  });
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map((error) => error.toJSON()) }),
  };
}

function check(query: string): Checked {
  const known = documents.get(query);
  if (known !== undefined) return known;
  const checked = parseAndCheck(query);
  documents.set(query, checked);
  const [oldest] = documents.keys();
  if (documents.size > DOCUMENTS_KEPT && oldest !== undefined) documents.delete(oldest);
  return checked;
}

function parseAndCheck(query: string): Checked {
  try {
    const document = inCamelCase(parse(query));
    const errors = validate(schema, document, specifiedRules).filter((error) => !isStringForId(error));
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

/**
 * Numerai's server accepts field and argument names in snake case for those in camel case, and answers under
 * the name that was sent. numerapi relies on it (`create_submission`, `public_id`).
 */
function inCamelCase(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field(node) {
      const name = camelCase(node.name.value);
      if (name === node.name.value) return undefined;
      return {
        ...node,
        alias: node.alias ?? node.name,
        name: { ...node.name, value: name },
      };
    },
    Argument: (node) => ({ ...node, name: { ...node.name, value: camelCase(node.name.value) } }),
  });
}

function camelCase(name: string): string {
  return name.startsWith('__') ? name : name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The server treats `String` and `ID` alike in variables: numerapi declares most ids as strings. */
function isStringForId(error: GraphQLError): boolean {
  const types = /of type "(\w+)(!?)" used in position expecting type "(\w+)(!?)"/.exec(error.message);
  if (types === null || error.nodes?.[0]?.kind !== Kind.VARIABLE_DEFINITION) return false;
  const [, given, givenNonNull, expected, expectedNonNull] = types;
  if (expectedNonNull === '!' && givenNonNull !== '!') return false;
  return [given, expected].every((type) => type === 'String' || type === 'ID');
}
