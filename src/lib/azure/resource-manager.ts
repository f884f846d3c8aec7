// Requests to Azure Resource Manager, whatever they are about. The clients of single services poll until an
// operation is complete, which takes from 30 s to minutes; the app needs the acceptance only, so each call here is
// one request, with the token, the connections and the user agent of the Azure libraries' pipeline.

import type { PipelineResponse } from '@azure/core-rest-pipeline';
import type { CallRequest, ExternalCaller } from '../util/external-call.ts';
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
  /** Begins with a slash, and names the api-version. */
  readonly path: string;
  readonly body?: object;
}

/** The statuses of an answer; any other one says nothing of what became of the request. */
const ORDERED = [200, 202, 204];
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
  return async ({ method, path, body, ...request }, read) => {
    connecting ??= connect(options);
    const { send, explainerOf } = await connecting;
    const explain = explainerOf('resource-manager', subjectOf(path));
    return options.call({ ...request, service: 'resource-manager', explain }, async (abortSignal) => {
      const response = await send(method, `${options.url}${path}`, body, abortSignal);
      const { status, bodyAsText: text } = response;
      const answer = { status, body: parseJson(text) };
      const isReadable = answer.body !== undefined || !text;
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
  const pipeline = libraries.createPipelineFromOptions(libraries.ONCE);
  const scopes = `${audienceOf(url)}/.default`;
  pipeline.addPolicy(libraries.bearerTokenAuthenticationPolicy({ credential, scopes }));

  const send = (
    method: ResourceRequest['method'],
    address: string,
    body: object | undefined,
    abortSignal: AbortSignal,
  ): Promise<PipelineResponse> => {
    const request = createPipelineRequest({ method, url: address, abortSignal });
    if (body !== undefined) {
      request.body = JSON.stringify(body);
      request.headers.set('Content-Type', 'application/json; charset=utf-8');
    }
    return pipeline.sendRequest(client, request);
  };
  return { send, explainerOf: libraries.explainerOf };
}

/** The subscription and the resource provider of a path. */
function subjectOf(path: string): { readonly place: string; readonly name: string } {
  const [, place = '', name = ''] = /^\/subscriptions\/([^/]+)\/(?:.*\/providers\/([^/?]+))?/i.exec(path) ?? [];
  return { place, name };
}

/** Resource Managers of other clouds are audiences of their own. */
const OTHER_CLOUDS = ['https://management.usgovcloudapi.net', 'https://management.chinacloudapi.cn'];

/** Tokens are for the public cloud's Resource Manager unless the endpoint is another cloud's. */
function audienceOf(url: string): string {
  return OTHER_CLOUDS.find((cloud) => url.startsWith(cloud)) ?? 'https://management.azure.com';
}
