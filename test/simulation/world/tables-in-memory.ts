// The Table service's protocol over maps: for tests that make hundreds of thousands of calls, each of which
// would take Azurite milliseconds. That the app gets on with the real protocol is shown with Azurite elsewhere.

import type { EmulatorAnswer, EmulatorCall } from '../../../local/emulators/emulator.ts';
import { errorAnswer, transactionErrorAnswer } from '../../../local/emulators/table-storage/errors.ts';
import { type Refusal, refusalOf } from '../../../local/emulators/table-storage/limits.ts';
import { parseCall, type TableOperation } from '../../../local/emulators/table-storage/operations.ts';
import { filterOf } from './table-filter.ts';

interface Entity {
  readonly etag: string;
  readonly properties: Readonly<Record<string, unknown>>;
}
/** By row key. */
type Partition = Map<string, Entity>;
type Change = () => void;

const PAGE_SIZE = 1000;
const JSON_TYPE = 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8';

class Refused extends Error {
  readonly refusal: Refusal;

  constructor(status: number, code: string) {
    super(code);
    this.refusal = { status, code, message: `${code}.` };
  }
}

export class TablesInMemory {
  readonly #tables = new Map<string, Map<string, Partition>>();
  #version = 0;

  /** Makes a table, or makes it anew. */
  clear(table: string): void {
    this.#tables.set(table, new Map());
  }

  /** The rows of a partition. */
  rows(table: string, partitionKey: string): readonly Readonly<Record<string, unknown>>[] {
    const partition = this.#table(table).get(partitionKey) ?? new Map<string, Entity>();
    return [...partition.values()].map(({ properties }) => properties);
  }

  /** Answers a call that has been read whole. */
  answer(call: EmulatorCall): EmulatorAnswer {
    const parsed = parseCall(call);
    const refusal = refusalOf(parsed, call.body.length);
    if (refusal !== undefined) return parsed.isTransaction ? transactionErrorAnswer(refusal) : errorAnswer(refusal);
    if (parsed.isTransaction) return this.#transaction(parsed.operations);
    const [operation] = parsed.operations;
    if (operation === undefined) return { status: 400 };
    try {
      return this.#single(operation, call.url);
    } catch (error) {
      if (error instanceof Refused) return errorAnswer(error.refusal);
      throw error;
    }
  }

  #transaction(operations: readonly TableOperation[]): EmulatorAnswer {
    const changes: Change[] = [];
    const etags: string[] = [];
    for (const [index, operation] of operations.entries()) {
      try {
        const { etag, change } = this.#write(operation);
        changes.push(change);
        etags.push(etag);
      } catch (error) {
        if (error instanceof Refused) return transactionErrorAnswer({ ...error.refusal, index });
        throw error;
      }
    }
    for (const change of changes) change();
    return { status: 202, headers: multipart, body: transactionBody(etags) };
  }

  #single(operation: TableOperation, url: URL): EmulatorAnswer {
    switch (operation.kind) {
      case 'create-table':
        if (this.#tables.has(operation.table)) throw new Refused(409, 'TableAlreadyExists');
        this.#tables.set(operation.table, new Map());
        return { status: 204 };
      case 'get': {
        const found = this.#find(operation);
        if (found === undefined) throw new Refused(404, 'ResourceNotFound');
        return json(shown(found));
      }
      case 'query':
        return this.#query(operation, url);
      case 'insert':
      case 'replace':
      case 'merge':
      case 'delete': {
        const { etag, change } = this.#write(operation);
        change();
        return { status: 204, headers: etag === '' ? {} : { etag } };
      }
      default:
        throw new Refused(501, 'NotImplemented');
    }
  }

  /** Checks a write; nothing happens before `change` is called. */
  #write(operation: TableOperation): { etag: string; change: Change } {
    const { kind, partitionKey = '', rowKey = '', ifMatch, entity = {} } = operation;
    const partition = this.#partition(operation.table, partitionKey);
    const present = partition.get(rowKey);
    if (kind === 'insert' && present !== undefined) throw new Refused(409, 'EntityAlreadyExists');
    if (kind === 'delete' || ifMatch !== undefined) {
      if (present === undefined) throw new Refused(404, 'ResourceNotFound');
      if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== present.etag)
        throw new Refused(412, 'UpdateConditionNotSatisfied');
    }
    if (kind === 'delete') return { etag: '', change: () => partition.delete(rowKey) };
    this.#version += 1;
    const etag = `W/"datetime'${this.#version}'"`;
    const kept = kind === 'merge' ? present?.properties : undefined;
    const properties = { ...kept, ...plain(entity), PartitionKey: partitionKey, RowKey: rowKey };
    return { etag, change: () => partition.set(rowKey, { etag, properties }) };
  }

  #query({ table, filter, top }: TableOperation, url: URL): EmulatorAnswer {
    const partitions = this.#table(table);
    const matches = filter === undefined ? () => true : filterOf(filter);
    const only = partitionOf(filter);
    const keys = only === undefined ? [...partitions.keys()].sort() : [only];
    const fromPartition = url.searchParams.get('NextPartitionKey') ?? '';
    const fromRow = url.searchParams.get('NextRowKey') ?? '';
    const rows = keys
      .filter((key) => key >= fromPartition)
      .flatMap((key) =>
        [...(partitions.get(key) ?? [])]
          .filter(([rowKey]) => key !== fromPartition || rowKey >= fromRow)
          .filter(([, { properties }]) => matches(properties))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, entity]) => entity),
      );
    const size = Math.min(top ?? PAGE_SIZE, PAGE_SIZE);
    const next = rows[size];
    const headers: Record<string, string> =
      next === undefined
        ? {}
        : {
            'x-ms-continuation-nextpartitionkey': String(next.properties.PartitionKey),
            'x-ms-continuation-nextrowkey': String(next.properties.RowKey),
          };
    return json({ value: rows.slice(0, size).map(shown) }, headers);
  }

  #find({ table, partitionKey = '', rowKey = '' }: TableOperation): Entity | undefined {
    return this.#table(table).get(partitionKey)?.get(rowKey);
  }

  #table(name: string): Map<string, Partition> {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Refused(404, 'TableNotFound');
    return table;
  }

  #partition(table: string, key: string): Partition {
    const partitions = this.#table(table);
    const known = partitions.get(key);
    if (known !== undefined) return known;
    const made: Partition = new Map();
    partitions.set(key, made);
    return made;
  }
}

/** The one partition that a filter is about, where that shows at its beginning. */
function partitionOf(filter = ''): string | undefined {
  const [, key, rest = ''] = /^PartitionKey eq '((?:[^']|'')*)'(.*)$/s.exec(filter) ?? [];
  // After `or` outside of brackets, other partitions may count as well.
  const isOne = !rest.includes(' or ') || /^ and \([^()]*\)$/.test(rest);
  return isOne ? key?.replaceAll("''", "'") : undefined;
}

/** Annotated values as the service gives them back. */
function plain(entity: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entity)) {
    if (name.includes('@')) continue;
    values[name] = entity[`${name}@odata.type`] === 'Edm.Double' ? Number(value) : value;
  }
  return values;
}

function shown({ etag, properties }: Entity): object {
  return { 'odata.etag': etag, ...properties };
}

function json(body: object, headers: Record<string, string> = {}): EmulatorAnswer {
  return { status: 200, headers: { 'content-type': JSON_TYPE, ...headers }, body };
}

const multipart = { 'content-type': 'multipart/mixed; boundary=batchresponse_1' };

function transactionBody(etags: readonly string[]): string {
  const parts = etags.flatMap((etag) => [
    '--changesetresponse_1',
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    'HTTP/1.1 204 No Content',
    ...(etag === '' ? [] : [`ETag: ${etag}`]),
    '',
    '',
  ]);
  return [
    '--batchresponse_1',
    'Content-Type: multipart/mixed; boundary=changesetresponse_1',
    '',
    ...parts,
    '--changesetresponse_1--',
    '--batchresponse_1--',
    '',
  ].join('\r\n');
}
