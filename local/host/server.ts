// The host's HTTP server: checks keys, and routes requests to functions or to the admin API.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { administer } from './admin.ts';
import { answerSignIn, withPrincipal } from './built-in-auth.ts';
import { HOST_CALL } from './invocations.ts';
import {
  answerBroken,
  BodyTooLargeError,
  hasLength,
  NODE_HEADER_BYTES,
  readBody,
  refusalOf,
  urlOf,
} from './kestrel.ts';
import { type AuthLevel, levelOfKey, suffices } from './keys.ts';
import { createRouter } from './routes.ts';
import { sendRpcResponse, toRpcRequest } from './rpc-http.ts';
import type { HttpFunction, ServerContent } from './server-content.ts';

const START_PAGE =
  '<!DOCTYPE html><html lang="en"><title>Azure Functions</title><h1>Your Functions 4.0 app is up and running</h1></html>\n';

export class HostServer {
  readonly #server: Server;
  #content: ServerContent | undefined;
  #find: ReturnType<typeof createRouter<HttpFunction>> = () => undefined;
  #stopping = false;

  constructor() {
    this.#server = createServer({ maxHeaderSize: NODE_HEADER_BYTES }, (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        if (error instanceof BodyTooLargeError) empty(response, 500);
        else response.destroy();
      });
      // What nobody reads is read past, for the next request of the connection.
      response.once('finish', () => request.resume());
    });
    this.#server.on('clientError', answerBroken);
    // Node refuses to do what it does not know with 417; Kestrel takes no notice.
    this.#server.on('checkExpectation', (request, response) => this.#server.emit('request', request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  /** Listens on loopback. Rejects with Node's error if the port is in use. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The host has no port.');
    return `http://localhost:${address.port}`;
  }

  /** Lets requests reach the functions; until then they get 503. */
  open(content: ServerContent): void {
    this.#find = createRouter(content.httpFunctions, content.routePrefix);
    this.#content = content;
  }

  /** Refuses new requests; those under way are answered. */
  stop(): void {
    this.#stopping = true;
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const content = this.#content;
    if (this.#stopping) response.setHeader('connection', 'close');
    const url = urlOf(request);
    const refusal = refusalOf(request);
    if (refusal !== null || url === null) return refuse(response, refusal ?? 400);
    if (content === undefined || this.#stopping) return empty(response, 503);
    if (content.signIn && answerSignIn(url, response)) return;
    const key = keyOf(request, url);
    const levelFor = (functionName?: string): AuthLevel =>
      content.auth ? levelOfKey(content.keys, key, functionName) : 'admin';

    if (/^\/admin(\/|$)/i.test(url.pathname)) {
      const answer = await administer(content, {
        method: request.method ?? 'GET',
        url,
        level: levelFor(),
        contentType: request.headers['content-type'] ?? '',
        readBody: () => readBody(request),
      });
      return answer.content === undefined
        ? empty(response, answer.status)
        : json(response, answer.status, answer.content);
    }
    // Where extensions have their webhooks; this host has no such extension.
    if (/^\/runtime(\/|$)/i.test(url.pathname)) return empty(response, levelFor() === 'admin' ? 404 : 401);
    if (url.pathname === '/' && content.routePrefix !== '') return html(response, START_PAGE);
    return this.#call(content, request, response, url, levelFor);
  }

  async #call(
    content: ServerContent,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    levelFor: (functionName: string) => AuthLevel,
  ): Promise<void> {
    const method = request.method ?? 'GET';
    const match = this.#find(method, url.pathname);
    if (match === undefined) return empty(response, 404);
    const { owner, params } = match;
    if (!suffices(levelFor(owner.name), owner.authLevel)) return empty(response, 401);
    const body = hasLength(request) ? await readBody(request) : Buffer.alloc(0);
    const headers = content.signIn ? withPrincipal(request) : request.headersDistinct;
    const traceParent = request.headers.traceparent?.toString();
    const outcome = await content.invocations.run(owner.registered, {
      reason: HOST_CALL,
      data: { http: toRpcRequest({ method, url, headers, body }, params) },
      metadata: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
      ...(traceParent === undefined ? {} : { traceParent }),
    });
    if (response.destroyed) return;
    if (outcome.succeeded) sendRpcResponse(response, outcome.response?.returnValue, content.customHeaders);
    else empty(response, 500);
  }
}

/**
 * The key of a request. A header decides, even an empty one, and several are one list; else it is in the query, whatever
 * the case of its name. Blanks around a key are ignored.
 */
function keyOf({ headersDistinct }: IncomingMessage, url: URL): string | undefined {
  const inHeader = headersDistinct['x-functions-key']?.join(',');
  const inQuery = [...url.searchParams].find(([name]) => name.toLowerCase() === 'code')?.[1];
  return (inHeader ?? inQuery)?.trim();
}

/** For a request whose rest nobody reads: the connection ends with the answer. */
function refuse(response: ServerResponse, status: number): void {
  response.setHeader('connection', 'close');
  empty(response, status);
}

function empty(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}

function html(response: ServerResponse, content: string): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end(content);
}

function json(response: ServerResponse, status: number, content: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(content));
}
