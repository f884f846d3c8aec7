// Reads from path, headers and body which operations a call to the Table service asks for: for the checks that
// Azurite does not make, and for tests that count what the app does.

import type { EmulatorCall } from '../emulator.ts';

type OperationKind =
  | 'create-table'
  | 'list-tables'
  | 'delete-table'
  | 'insert'
  | 'replace'
  | 'merge'
  | 'delete'
  | 'get'
  | 'query'
  | 'other';

export interface TableOperation {
  readonly kind: OperationKind;
  readonly table: string;
  readonly partitionKey?: string | undefined;
  readonly rowKey?: string | undefined;
  /** The condition on the ETag. Without one, `replace` and `merge` insert if there is no entity. */
  readonly ifMatch?: string | undefined;
  /** For operations that write: the properties with their `@odata.type` annotations. */
  readonly entity?: Readonly<Record<string, unknown>> | undefined;
  readonly filter?: string | undefined;
  readonly top?: number | undefined;
}

export interface ParsedCall {
  /** More than one only in an entity group transaction. */
  readonly operations: readonly TableOperation[];
  readonly isTransaction: boolean;
}

interface Request {
  readonly method: string;
  readonly url: URL;
  readonly ifMatch: string | undefined;
  readonly body: string;
}

/** Reads a call; throws a SyntaxError if a body is not JSON. */
export function parseCall(call: EmulatorCall): ParsedCall {
  const body = call.body.toString('utf8');
  if (/\/\$batch$/.test(call.url.pathname)) {
    return { isTransaction: true, operations: parts(body, call.url).map(parseRequest) };
  }
  const { method, url, headers } = call;
  return {
    isTransaction: false,
    operations: [parseRequest({ method, url, ifMatch: headers['if-match'], body })],
  };
}

/** The requests in the one changeset of a multipart body. */
function parts(body: string, url: URL): Request[] {
  const boundary = /boundary="?([^\s"]*changeset[^\s"]*)/.exec(body)?.[1];
  if (boundary === undefined) return [];
  return body
    .split(`--${boundary}`)
    .slice(1)
    .filter((part) => !part.startsWith('--'))
    .map((part) => {
      const [, head = '', content = ''] = splitOnBlankLines(part);
      const [requestLine = '', ...headers] = head.split(/\r?\n/);
      const [method = '', target = ''] = requestLine.split(' ');
      const ifMatch = headers.find((header) => /^if-match:/i.test(header));
      return {
        method,
        url: new URL(target, url),
        ifMatch: ifMatch?.slice(ifMatch.indexOf(':') + 1).trim(),
        body: content,
      };
    });
}

/** The part's own headers, the request's line and headers, the request's body. */
function splitOnBlankLines(part: string): string[] {
  const [partHead = '', ...rest] = part.split(/\r?\n\r?\n/);
  const [requestHead = '', ...body] = rest;
  return [partHead, requestHead.trim(), body.join('\n\n').trim()];
}

function parseRequest({ method, url, ifMatch, body }: Request): TableOperation {
  // The first segment of the path is the account; the rest is a table, possibly with a key.
  const resource = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
  const table = /^[^(]*/.exec(resource)?.[0] ?? '';
  if (table === 'Tables') return tableOperation(method, resource, body);
  const key = /^[^(]*\(PartitionKey='(.*)',\s*RowKey='(.*)'\)$/s.exec(resource);
  const entity = body === '' ? undefined : toEntity(JSON.parse(body));
  const [partitionKey, rowKey] = key
    ? [unquoted(key[1]), unquoted(key[2])]
    : [text(entity?.PartitionKey), text(entity?.RowKey)];
  const common = { table, partitionKey, rowKey, entity, ifMatch };
  switch (method) {
    case 'POST':
      return { ...common, kind: 'insert' };
    case 'PUT':
      return { ...common, kind: 'replace' };
    case 'PATCH':
    case 'MERGE':
      return { ...common, kind: 'merge' };
    case 'DELETE':
      return { ...common, kind: 'delete' };
    case 'GET':
      return key
        ? { ...common, kind: 'get' }
        : {
            kind: 'query',
            table,
            filter: url.searchParams.get('$filter') ?? undefined,
            top: url.searchParams.has('$top') ? Number(url.searchParams.get('$top')) : undefined,
          };
    default:
      return { ...common, kind: 'other' };
  }
}

function tableOperation(method: string, resource: string, body: string): TableOperation {
  if (method === 'POST') {
    return { kind: 'create-table', table: text(toEntity(JSON.parse(body))?.TableName) ?? '' };
  }
  if (method === 'DELETE') {
    return { kind: 'delete-table', table: /\('(.*)'\)/.exec(resource)?.[1] ?? '' };
  }
  return { kind: method === 'GET' ? 'list-tables' : 'other', table: '' };
}

const unquoted = (key: string | undefined): string | undefined => key?.replaceAll("''", "'");
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const toEntity = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? { ...value } : undefined;
