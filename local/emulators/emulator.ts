// The base of every emulator: a TLS server on loopback that logs the calls it gets and can be given faults.
// The handler decides what the real service would answer.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificates } from './certificates.ts';
import { type FatalFault, type Fault, FaultList, parseFault } from './faults.ts';
import { garble, needsAnswer } from './garbled.ts';

/** A request as a handler sees it; its body has been read completely. */
export interface EmulatorCall {
  /** Counts up from 1 in the order of arrival. */
  readonly id: number;
  readonly method: string;
  /** Path and query, as a URL on the emulator's own origin. */
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Real time of arrival, milliseconds of `performance.now()`. */
  readonly receivedAt: number;
  /** Status of the answer; 0 before there is one, and if the connection was dropped. */
  status: number;
}

/** What a handler answers. A body that is an object is sent as JSON. */
export interface EmulatorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | object | undefined;
}

type Handler = (call: EmulatorCall) => EmulatorAnswer | Promise<EmulatorAnswer>;

/** A failure from the fault list, and the call that it affects. */
interface InjectedFailure {
  readonly call: EmulatorCall;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
}

/** The body of an error from the fault list: each service has its own format. */
type ErrorBody = (code: string, message: string, failure: InjectedFailure) => object | string;

export interface EmulatorOptions {
  readonly name: string;
  readonly certificates: Certificates;
  readonly handle: Handler;
  readonly errorBody?: ErrorBody;
  /** What the service says with a code, where the fault has no words of its own. */
  readonly words?: (code: string) => string | undefined;
  /** What goes with an error from the fault list. */
  readonly errorHeaders?: (status: number) => Readonly<Record<string, string>>;
  /** The port to listen on; default: a free one. */
  readonly port?: number;
}

/** At least this many calls are kept for inspection; older ones are only counted. */
const CALLS_KEPT = 20_000;
/** The fault list for people who try things out: GET lists, POST adds one, DELETE removes all. */
const FAULTS_PATH = '/_faults';

const json = (status: number, body: unknown): EmulatorAnswer => ({ status, body: body as object });
const defaultErrorBody: ErrorBody = (code, message) => ({ error: { code, message } });

export class Emulator {
  readonly name: string;
  readonly faults = new FaultList();
  readonly calls: EmulatorCall[] = [];
  /** The number of all calls, including those no longer kept. */
  callCount = 0;
  readonly #options: EmulatorOptions;
  readonly #server: Server;
  #url = '';

  constructor(options: EmulatorOptions) {
    this.name = options.name;
    this.#options = options;
    this.#server = createServer(
      {
        cert: options.certificates.certificate,
        key: options.certificates.key,
        keepAliveTimeout: 60_000,
      },
      (request, response) => {
        this.#serve(request, response).catch((error: unknown) => this.#crash(response, error));
      },
    );
  }

  /** `https://localhost:<port>`, without a trailing slash. */
  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port ?? 0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error(`${this.name} has no port.`);
    this.#url = `https://localhost:${address.port}`;
    return this;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const url = new URL(request.url ?? '/', this.#url);
    if (url.pathname === FAULTS_PATH) return send(response, this.#controlFaults(request.method, body));
    const { method = 'GET', headers } = request;
    const answer = await this.answer({ method, url, headers, body });
    if (answer === 'no-answer') return;
    if (answer === 'dropped') return void response.socket?.destroy();
    send(response, answer);
  }

  /**
   * Answers a call as if it had arrived over the network; faults apply to it too. For tests that make a great
   * many calls.
   */
  async answer(
    request: Pick<EmulatorCall, 'method' | 'url' | 'headers' | 'body'>,
  ): Promise<EmulatorAnswer | 'no-answer' | 'dropped'> {
    const { method, url, headers, body } = request;
    const receivedAt = performance.now();
    const call = { id: ++this.callCount, method, url, headers, body, receivedAt, status: 0 };
    this.calls.push(call);
    if (this.calls.length >= 2 * CALLS_KEPT) this.calls.splice(0, CALLS_KEPT);

    const { latencyMs, fault } = this.faults.take(call);
    if (latencyMs > 0) await sleep(latencyMs);
    if (fault?.kind === 'hang') return 'no-answer';
    if (fault?.kind === 'drop-before') return 'dropped';
    const answer = await this.#answerOf(call, fault);
    if (fault?.kind === 'drop-after') return 'dropped';
    call.status = answer.status;
    return answer;
  }

  async #answerOf(call: EmulatorCall, fault: FatalFault | undefined): Promise<EmulatorAnswer> {
    if (fault?.kind === 'status') return this.#failure(call, fault);
    if (fault?.kind !== 'garbled') return this.#options.handle(call);
    const isCarriedOut = fault.carriedOut === true || needsAnswer(fault.form);
    return garble(fault.form, isCarriedOut ? await this.#options.handle(call) : null);
  }

  #failure(call: EmulatorCall, fault: Extract<Fault, { kind: 'status' }>): EmulatorAnswer {
    const errorBody = this.#options.errorBody ?? defaultErrorBody;
    return {
      status: fault.status,
      headers: {
        ...this.#options.errorHeaders?.(fault.status),
        ...(fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }),
      },
      body: errorBody(
        fault.code ?? (fault.status === 429 ? 'TooManyRequests' : 'InternalServerError'),
        fault.message ?? this.#options.words?.(fault.code ?? '') ?? 'This failure was injected.',
        { call, status: fault.status, retryAfterSeconds: fault.retryAfterSeconds },
      ),
    };
  }

  #controlFaults(method: string | undefined, body: Buffer): EmulatorAnswer {
    if (method === 'GET') return json(200, this.faults.list());
    if (method === 'DELETE') {
      this.faults.clear();
      return { status: 204 };
    }
    try {
      return json(200, this.faults.add(parseFault(JSON.parse(body.toString('utf8')))));
    } catch (error) {
      return json(400, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  #crash(response: ServerResponse, error: unknown): void {
    // A bug in the emulator: report it loudly, since a test that meets it must not pass by luck.
    console.error(`The emulator ${this.name} failed:`, error);
    if (response.headersSent) response.destroy();
    else send(response, { status: 500, body: { emulatorFailed: String(error) } });
  }
}

function send(response: ServerResponse, answer: EmulatorAnswer): void {
  const { body } = answer;
  const isJson = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);
  const content = isJson ? JSON.stringify(body) : (body ?? '');
  response.writeHead(answer.status, {
    ...(isJson ? { 'content-type': 'application/json; charset=utf-8' } : {}),
    ...(answer.status === 204 || answer.status === 304 ? {} : { 'content-length': Buffer.byteLength(content) }),
    ...answer.headers,
  });
  response.end(content);
}
