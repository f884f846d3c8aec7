// Requests to Azure Resource Manager, and to what it refers to, whatever they are about. The clients of single services
// poll until an operation is complete, which takes from 30 s to minutes; the app needs the acceptance only, so each call
// here is one request, with the token, the connections and the user agent of the Azure libraries' pipeline.

import type { Pipeline, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Page } from '../compute/answers.ts';
import { type CallRequest, ExternalCallError, type ExternalCaller } from '../util/external-call.ts';
import { parseJson } from '../util/json.ts';
import type { HttpClient, TokenCredential } from './sdk-types.ts';

export interface ResourceManagerOptions {
  readonly url: string;
  readonly credential: TokenCredential;
  readonly call: ExternalCaller;
  readonly httpClient?: HttpClient | undefined;
}

export interface ResourceRequest extends Omit<CallRequest, 'service'> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /**
   * Begins with a slash, and names the api-version; or a whole address that an answer of Resource Manager gave, which is
   * trusted as that answer is.
   */
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whom the token is for; default: Resource Manager. Null: the address says by itself who may read it. */
  readonly audience?: string | null;
  /** Whether a file of a storage account is asked for: its text is the body. */
  readonly isFile?: boolean;
}

/** The statuses of an answer; any other one says nothing of what became of the request. */
const ORDERED = [200, 201, 202, 204];
const EXPECTED: Readonly<Record<ResourceRequest['method'], readonly number[]>> = {
  GET: [200],
  PUT: [200, 201],
  POST: ORDERED,
  DELETE: ORDERED,
};

export interface ResourceAnswer {
  readonly status: number;
  /** Undefined where there is none. */
  readonly body: unknown;
}

/**
 * Sends one request.
 * @param read what the caller makes of an expected answer. Where it throws, there was no usable answer.
 * @throws {ExternalCallError} also for every other status, and for what is not JSON: a page of something in between.
 */
export type ResourceManager = <T>(request: ResourceRequest, read: (answer: ResourceAnswer) => T) => Promise<T>;

/** Makes the client; the libraries are loaded with the first request. */
export function createResourceManager(options: ResourceManagerOptions): ResourceManager {
  let connecting: ReturnType<typeof connect> | undefined;
  return async ({ method, path, body, headers, audience, isFile = false, ...request }, read) => {
    connecting ??= connect(options);
    const { send, explainerOf } = await connecting;
    const explain = explainerOf('resource-manager', subjectOf(path));
    return options.call({ ...request, service: 'resource-manager', explain }, async (abortSignal) => {
      const address = path.startsWith('/') ? `${options.url}${path}` : path;
      const response = await send({ method, address, body, headers, audience, abortSignal });
      const { status, bodyAsText: text } = response;
      const isGiven = isFile && response.headers.has(FILE_HEADER);
      const answer = { status, body: isGiven ? text : parseJson(text) };
      const isReadable = isFile ? isGiven : answer.body !== undefined || !text;
      if (EXPECTED[method].includes(status) && isReadable) return read(answer);
      const details = { statusCode: status, details: answer.body, response };
      throw Object.assign(new Error(text || `HTTP ${status}`), details);
    });
  };
}

async function connect({ url, credential, httpClient }: ResourceManagerOptions) {
  const libraries = await import('./clients.ts');
  const { createPipelineRequest } = libraries;
  const client = httpClient ?? libraries.createDefaultHttpClient();
  const pipelines = new Map<string | null, Pipeline>();
  const pipelineFor = (audience: string | null): Pipeline => {
    const known = pipelines.get(audience);
    if (known !== undefined) return known;
    const made = libraries.createPipelineFromOptions(libraries.ONCE);
    if (audience !== null)
      made.addPolicy(libraries.bearerTokenAuthenticationPolicy({ credential, scopes: `${audience}/.default` }));
    pipelines.set(audience, made);
    return made;
  };

  const send = ({ method, address, body, headers = {}, audience, abortSignal }: Sent): Promise<PipelineResponse> => {
    const request = createPipelineRequest({ method, url: address, abortSignal });
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    if (body !== undefined) {
      request.body = JSON.stringify(body);
      request.headers.set('Content-Type', 'application/json; charset=utf-8');
    }
    return pipelineFor(audience === undefined ? audienceOf(url) : audience).sendRequest(client, request);
  };
  return { send, explainerOf: libraries.explainerOf };
}

/** The subscription and the resource provider of a path. */
function subjectOf(path: string): { readonly place: string; readonly name: string } {
  const [, place = '', name = ''] = /^\/subscriptions\/([^/]+)\/(?:.*\/providers\/([^/?]+))?/i.exec(path) ?? [];
  return { place, name };
}

interface Sent {
  readonly method: ResourceRequest['method'];
  readonly address: string;
  readonly body: object | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly audience: string | null | undefined;
  readonly abortSignal: AbortSignal;
}

/** Each answer with a blob has it: what lacks it is a page of something in between. */
const FILE_HEADER = 'x-ms-blob-type';

/** Resource Managers of other clouds are audiences of their own. */
const OTHER_CLOUDS = ['https://management.usgovcloudapi.net', 'https://management.chinacloudapi.cn'];

/** Tokens are for the public cloud's Resource Manager unless the endpoint is another cloud's. */
function audienceOf(url: string): string {
  return OTHER_CLOUDS.find((cloud) => url.startsWith(cloud)) ?? 'https://management.azure.com';
}

/** What the link to the next page has beside the version. The rest of it is known, and the token goes nowhere else. */
function nextQuery(next: string | null): string | undefined {
  if (next === null || !URL.canParse(next)) return undefined;
  const { searchParams } = new URL(next);
  searchParams.delete('api-version');
  return searchParams.size === 0 ? undefined : `&${searchParams}`;
}

/** Whether the id that an answer shows is the one of a path. Azure changes the case of ids at will. */
export function isSameId(shown: string, path: string): boolean {
  return shown.toLowerCase() === decodeURIComponent(path).toLowerCase();
}

/**
 * All items of a list, page by page, of so many pages at most; null where what has them is not there.
 * @param isLast whether what is looked for is on no later page.
 */
export async function allPages<T>(
  mostPages: number,
  read: (query: string) => Promise<Page<T> | null>,
  isLast: (items: readonly T[]) => boolean = () => false,
): Promise<readonly T[] | null> {
  const found: T[] = [];
  let query: string | undefined = '';
  for (let page = 0; page < mostPages && query !== undefined; page += 1) {
    const answer = await read(query);
    if (answer === null) return null;
    found.push(...answer.items);
    query = isLast(answer.items) ? undefined : nextQuery(answer.next);
  }
  return found;
}

/** Only these codes say that something is absent; other 404s say that the subscription of it is. */
export function nullIf404(codes: readonly string[]): (error: unknown) => null {
  return (error) => {
    if (error instanceof ExternalCallError && error.status === 404 && codes.includes(error.serviceCode ?? ''))
      return null;
    throw error;
  };
}
