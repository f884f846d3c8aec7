// The host's HTTP server: routes requests to functions, checks keys, and answers the part of the admin API that
// people and tools use.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HOST_CALL, type Invocations, type Outcome } from './invocations.ts';
import { type AuthLevel, type HostKeys, levelOfKey, suffices } from './keys.ts';
import { createRouter, type RouteOwner } from './routes.ts';
import { readBody, sendRpcResponse, toRpcRequest } from './rpc-http.ts';
import { HOST_VERSION, type RegisteredFunction } from './worker.ts';

export interface HttpFunction extends RouteOwner {
  readonly registered: RegisteredFunction;
  readonly authLevel: AuthLevel;
}

/** What the server needs to answer requests; available once the app has been loaded. */
export interface ServerContent {
  readonly functions: readonly RegisteredFunction[];
  readonly httpFunctions: readonly HttpFunction[];
  readonly invocations: Invocations;
  readonly keys: HostKeys;
  /** False: every caller is an admin, as with the Core Tools. */
  readonly auth: boolean;
  readonly routePrefix: string;
  readonly customHeaders: Readonly<Record<string, string>>;
  /** Runs any function by name, for the admin API. */
  readonly trigger: (name: string, input: string) => Promise<Outcome>;
}

const INSTANCE_ID = randomUUID().replaceAll('-', '');

export class HostServer {
  readonly #server: Server;
  #content: ServerContent | undefined;
  #find: ReturnType<typeof createRouter<HttpFunction>> = () => undefined;
  #stopping = false;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
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
    if (content === undefined || this.#stopping) return empty(response, 503);
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    const key = request.headers['x-functions-key']?.toString() ?? codeOf(url);
    const levelFor = (functionName?: string): AuthLevel =>
      content.auth ? levelOfKey(content.keys, key, functionName) : 'admin';

    if (/^\/admin(\/|$)/i.test(url.pathname)) return this.#administer(content, request, response, url, levelFor());
    if (url.pathname === '/' && content.routePrefix !== '')
      return text(response, 200, 'Your Functions 4.0 app is up and running\n');
    const match = this.#find(method, url.pathname);
    if (match === undefined) return empty(response, 404);
    const { owner, params } = match;
    if (!suffices(levelFor(owner.name), owner.authLevel)) return empty(response, 401);
    const body = await readBody(request);
    if (body === undefined) {
      response.setHeader('connection', 'close');
      return empty(response, 413);
    }
    const traceParent = request.headers.traceparent?.toString();
    const outcome = await content.invocations.run(owner.registered, {
      reason: HOST_CALL,
      data: { http: toRpcRequest({ method, url, headers: request.headers, body }, params) },
      metadata: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
      ...(traceParent === undefined ? {} : { traceParent }),
    });
    if (response.destroyed) return;
    if (outcome.succeeded) sendRpcResponse(response, outcome.response?.returnValue, content.customHeaders);
    else empty(response, 500);
  }

  async #administer(
    content: ServerContent,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    level: AuthLevel,
  ): Promise<void> {
    const [, , area, name, part, ...more] = url.pathname.replace(/\/$/, '').split('/');
    const call = `${request.method} ${area}${name === undefined ? '' : '/*'}`;
    if (area === 'host' && name === 'ping') return empty(response, 200);
    if (level !== 'admin') return empty(response, 401);
    if (area === 'host' && name === 'status' && request.method === 'GET') return json(response, 200, hostStatus());
    if (call === 'GET functions')
      return json(
        response,
        200,
        content.functions.map((one) => describe(content, one, url.origin)),
      );
    const registered = content.functions.find((one) => one.metadata.name.toLowerCase() === name?.toLowerCase());
    if (registered === undefined || part !== undefined || more.length > 0) return empty(response, 404);
    if (call === 'GET functions/*') return json(response, 200, describe(content, registered, url.origin));
    if (call !== 'POST functions/*') return empty(response, 404);
    const input = parseInput((await readBody(request)) ?? Buffer.alloc(0));
    if (input === undefined) return empty(response, 400);
    // 202: the caller does not wait for the function.
    void content.trigger(registered.metadata.name, input);
    empty(response, 202);
  }
}

/** The key in the query, whatever the case of its name. A header takes precedence, even an empty one. */
const codeOf = (url: URL): string | undefined =>
  [...url.searchParams].find(([name]) => name.toLowerCase() === 'code')?.[1];

function hostStatus(): object {
  return {
    id: 'local',
    state: 'Running',
    version: HOST_VERSION,
    versionDetails: HOST_VERSION,
    platformVersion: '',
    instanceId: INSTANCE_ID,
    computerName: '',
    processUptime: Math.round(process.uptime() * 1000),
  };
}

function describe(content: ServerContent, registered: RegisteredFunction, origin: string): object {
  const { name, bindings } = registered.metadata;
  const http = content.httpFunctions.find((one) => one.name === name);
  const path = [content.routePrefix, http?.route === undefined || http.route === '' ? name : http.route]
    .filter((part) => part !== '')
    .join('/');
  return {
    name,
    href: `${origin}/admin/functions/${name}`,
    invoke_url_template: http === undefined ? null : `${origin}/${path}`,
    language: 'node',
    isDisabled: false,
    isDirect: http !== undefined,
    config: {
      name,
      bindings: Object.entries(bindings).map(([bindingName, binding]) => ({
        ...binding,
        name: bindingName,
      })),
    },
  };
}

/** The `input` in the body of an admin call; undefined if the body is invalid. */
function parseInput(body: Buffer): string | undefined {
  try {
    const content: unknown = JSON.parse(body.toString('utf8') || '{}');
    if (typeof content !== 'object' || content === null) return undefined;
    return 'input' in content ? String(content.input) : '';
  } catch {
    return undefined;
  }
}

function empty(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}

function text(response: ServerResponse, status: number, content: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(content);
}

function json(response: ServerResponse, status: number, content: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(content));
}
