// What the real Table service refuses and Azurite accepts. The limits and codes come from "Understanding the
// Table service data model", "Performing entity group transactions" and "Table service error codes".

import type { ParsedCall, TableOperation } from './operations.ts';

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** In a transaction: the index of the operation at fault. */
  readonly index?: number;
}

const TRANSACTION_OPERATIONS = 100;
const REQUEST_BYTES = 4 * 1024 * 1024;
const ENTITY_BYTES = 1024 * 1024;
/** 255, less PartitionKey, RowKey and Timestamp. */
const CUSTOM_PROPERTIES = 252;
const PROPERTY_NAME_LENGTH = 255;
/** 64 KiB of UTF-16. */
const STRING_LENGTH = 32 * 1024;
/** 1 KiB of UTF-16. */
const KEY_LENGTH = 512;
const PAGE_SIZE = 1000;
/** Discrete comparisons in one `$filter`. */
const FILTER_COMPARISONS = 15;
const SYSTEM_PROPERTIES = new Set(['PartitionKey', 'RowKey', 'Timestamp', 'odata.etag']);
/** Control characters (U+0000 to U+001F and U+007F to U+009F, which is what Cc holds), and four more. */
const FORBIDDEN_IN_KEYS = /[\p{Cc}/\\#?]/u;
/** A C# identifier. */
const PROPERTY_NAME = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Cf}]*$/u;

/** Why the real service would refuse the call; undefined if it would not. */
export function refusalOf(call: ParsedCall, bodyBytes: number): Refusal | undefined {
  if (bodyBytes > REQUEST_BYTES) {
    return refuse(
      413,
      'RequestBodyTooLarge',
      'The request body is too large and exceeds the maximum permissible limit.',
    );
  }
  const refusal = call.isTransaction ? refusalOfTransaction(call.operations) : undefined;
  if (refusal !== undefined) return refusal;
  for (const [index, operation] of call.operations.entries()) {
    const own = refusalOfQuery(operation) ?? refusalOfWrite(operation);
    if (own !== undefined) return call.isTransaction ? { ...own, index } : own;
  }
  return undefined;
}

function refusalOfTransaction(operations: readonly TableOperation[]): Refusal | undefined {
  if (operations.length > TRANSACTION_OPERATIONS) {
    return {
      ...refuse(400, 'InvalidInput', 'The batch request operation exceeds the maximum 100 changes per change set.'),
      index: 0,
    };
  }
  const [first] = operations;
  const rowKeys = new Set<string | undefined>();
  for (const [index, operation] of operations.entries()) {
    if (operation.partitionKey !== first?.partitionKey || operation.table !== first?.table) {
      return {
        ...refuse(
          400,
          'CommandsInBatchActOnDifferentPartitions',
          'All commands in a batch must operate on same entity group.',
        ),
        index,
      };
    }
    if (rowKeys.has(operation.rowKey)) {
      return {
        ...refuse(
          400,
          'InvalidDuplicateRow',
          'The batch request contains multiple changes with same row key. An entity can appear only once in a batch request.',
        ),
        index,
      };
    }
    rowKeys.add(operation.rowKey);
  }
  return undefined;
}

function refusalOfQuery({ kind, filter, top }: TableOperation): Refusal | undefined {
  if (kind !== 'query') return undefined;
  const withoutStrings = filter?.replace(/'(?:[^']|'')*'/g, "''") ?? '';
  const comparisons = withoutStrings.match(/\b(?:eq|ne|gt|ge|lt|le)\b/g)?.length ?? 0;
  const isTopWrong = top !== undefined && !(Number.isInteger(top) && top >= 0 && top <= PAGE_SIZE);
  return isTopWrong || comparisons > FILTER_COMPARISONS
    ? refuse(400, 'InvalidInput', 'One of the request inputs is not valid.')
    : undefined;
}

function refusalOfWrite(operation: TableOperation): Refusal | undefined {
  if (!['insert', 'replace', 'merge'].includes(operation.kind)) return undefined;
  for (const name of ['partitionKey', 'rowKey'] as const) {
    const key = operation[name];
    if (key === undefined) {
      return refuse(400, 'PropertiesNeedValue', 'The values are not specified for all properties in the entity.');
    }
    if (FORBIDDEN_IN_KEYS.test(key)) {
      const property = name === 'partitionKey' ? 'PartitionKey' : 'RowKey';
      return refuse(400, 'OutOfRangeInput', `The '${property}' parameter of value '${key}' is out of range.`);
    }
    if (key.length > KEY_LENGTH) {
      return refuse(
        400,
        'PropertyValueTooLarge',
        'The property value exceeds the maximum allowed size (1KB) of a key.',
      );
    }
  }
  return refusalOfEntity(operation);
}

function refusalOfEntity({ entity = {}, partitionKey, rowKey }: TableOperation) {
  const names = Object.keys(entity).filter((name) => !SYSTEM_PROPERTIES.has(name) && !name.endsWith('@odata.type'));
  if (names.length > CUSTOM_PROPERTIES) {
    return refuse(
      400,
      'TooManyProperties',
      'The entity contains more properties than allowed. Each entity can include up to 252 properties to store data. Each entity also has 3 system properties.',
    );
  }
  // An entity takes 4 bytes, each property 8, each string 2 per character (and 4 more as a value).
  let bytes = 4 + 2 * ((partitionKey?.length ?? 0) + (rowKey?.length ?? 0));
  for (const name of names) {
    const value = entity[name];
    if (name.length > PROPERTY_NAME_LENGTH) {
      return refuse(400, 'PropertyNameTooLong', 'The property name exceeds the maximum length.');
    }
    if (!PROPERTY_NAME.test(name)) {
      return refuse(400, 'PropertyNameInvalid', 'The property name is invalid.');
    }
    const isBinary = entity[`${name}@odata.type`] === 'Edm.Binary';
    if (typeof value === 'string' && !isBinary && value.length > STRING_LENGTH) {
      return refuse(
        400,
        'PropertyValueTooLarge',
        'The property value exceeds the maximum allowed size (64KB). If the property value is a string, it is UTF-16 encoded and the maximum number of characters should be 32K or less.',
      );
    }
    bytes += 8 + 2 * name.length + valueBytes(value, isBinary);
  }
  return bytes > ENTITY_BYTES
    ? refuse(400, 'EntityTooLarge', 'The entity is larger than the maximum allowed size (1MB).')
    : undefined;
}

function valueBytes(value: unknown, isBinary: boolean): number {
  if (typeof value === 'string') return 4 + (isBinary ? (value.length * 3) / 4 : value.length * 2);
  return typeof value === 'boolean' ? 1 : 8;
}

const refuse = (status: number, code: string, message: string): Refusal => ({
  status,
  code,
  message,
});
