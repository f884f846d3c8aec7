// Everything that instances of the app send to the outside passes here, one call at a time: which of the
// waiting calls goes next follows from the seed, what befalls it from the history. Time moves only when
// nothing is left to be carried out, so that deadlines, leases and back-offs play out on the clock.

import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import type { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import type { Random } from './random.ts';

export type Dependency = 'tables' | 'resource-manager' | 'key-vault' | 'numerai';

/** What befalls a call. Times are milliseconds of the clock. */
export type Fate =
  | { readonly do: 'pass' }
  /** The connection is refused: nothing was sent. */
  | { readonly do: 'refuse' }
  /** The request is carried out, and its answer is lost. */
  | { readonly do: 'lose-answer' }
  /** The service refuses in its own words; nothing is done. */
  | {
      readonly do: 'status';
      readonly status: number;
      readonly code?: string;
      readonly retryAfter?: number;
    }
  /** Never answered; not carried out either. */
  | { readonly do: 'hang' }
  /** Not answered, but carried out `after` milliseconds later, however long the caller still waits. */
  | { readonly do: 'arrive-late'; readonly after: number }
  /** Takes its time on the way there, or on the way back. */
  | { readonly do: 'slow-there'; readonly by: number }
  | { readonly do: 'slow-back'; readonly by: number }
  /** The instance dies before it sends this call, or before it reads the answer. */
  | { readonly do: 'kill-before' }
  | { readonly do: 'kill-after' };

export interface OutsideCall {
  /** Counts the history's calls from 1, over all instances. */
  readonly index: number;
  readonly dependency: Dependency;
  readonly method: string;
  readonly path: string;
}

/** An instance of the app, as far as its calls are concerned. */
export interface Caller {
  readonly name: string;
  isDead(): boolean;
  die(): void;
}

export interface Deciding {
  /** What befalls this call; asked once a call, when it is about to be sent. */
  fateOf(call: OutsideCall): Fate;
}

interface Waiting {
  readonly caller: Caller;
  readonly dependency: Dependency;
  readonly method: string;
  readonly path: string;
  /** Set when it was held back and now goes on. */
  passes: boolean;
  isOver(): boolean;
  /** Sends it; `detached` also where the caller has stopped waiting. */
  send(detached: boolean): Promise<void>;
  answer(): void;
  answerStatus(fate: Extract<Fate, { do: 'status' }>): void;
  breakOff(): void;
}

/** Turns of the event loop without any call after which the app counts as waiting. */
const QUIET_TURNS = 3;

export class Outside {
  readonly clock: SimulatedClock;
  /** What was called so far, for reports. */
  readonly calls: OutsideCall[] = [];
  readonly #random: Random;
  readonly #deciding: Deciding;
  readonly #dependencies: ReadonlyMap<string, Dependency>;
  readonly #http: HttpClient;
  readonly #fetch: typeof fetch;
  #waiting: Waiting[] = [];
  #index = 0;
  #holding = 0;

  constructor(options: {
    clock: SimulatedClock;
    random: Random;
    deciding: Deciding;
    /** By host and port. */
    dependencies: ReadonlyMap<string, Dependency>;
    http: HttpClient;
    fetch: typeof fetch;
  }) {
    this.clock = options.clock;
    this.#random = options.random;
    this.#deciding = options.deciding;
    this.#dependencies = options.dependencies;
    this.#http = options.http;
    this.#fetch = options.fetch;
  }

  /** The SDKs' way out for one instance. */
  httpClientFor(caller: Caller): HttpClient {
    return {
      sendRequest: (request) =>
        new Promise<PipelineResponse>((resolve, reject) => {
          let response: PipelineResponse | undefined;
          let failure: unknown;
          const { signal, over, settle } = once(request.abortSignal, () =>
            reject(new DOMException('The operation was aborted.', 'AbortError')),
          );
          this.#add(caller, request.url, request.method, signal, over, {
            send: async (detached) => {
              try {
                response = await this.#http.sendRequest(
                  detached ? withoutSignal(request) : request,
                );
              } catch (error) {
                failure = error;
              }
            },
            answer: () =>
              settle(() => (response === undefined ? reject(failure) : resolve(response))),
            answerStatus: (fate) =>
              settle(() =>
                resolve({
                  request,
                  status: fate.status,
                  headers: createHttpHeaders(headersOf(fate)),
                  bodyAsText: this.#errorBody(request.url, fate),
                }),
              ),
            breakOff: () =>
              settle(() =>
                reject(
                  new RestError('socket hang up', { code: RestError.REQUEST_SEND_ERROR, request }),
                ),
              ),
          });
        }),
    };
  }

  /** What `fetch` is for one instance. */
  fetchFor(caller: Caller): typeof fetch {
    return (input, init) =>
      new Promise<Response>((resolve, reject) => {
        const url = input instanceof Request ? input.url : String(input);
        let response: Response | undefined;
        let failure: unknown;
        const { signal, over, settle } = once(init?.signal ?? undefined, () =>
          reject(new DOMException('The operation was aborted.', 'AbortError')),
        );
        this.#add(caller, url, init?.method ?? 'GET', signal, over, {
          send: async (detached) => {
            try {
              const { signal: _, ...rest } = init ?? {};
              const answered = await this.#fetch(url, detached ? rest : init);
              const body = await answered.arrayBuffer();
              const { status, headers } = answered;
              response = new Response(status === 204 ? null : body, { status, headers });
            } catch (error) {
              failure = error;
            }
          },
          answer: () =>
            settle(() => (response === undefined ? reject(failure) : resolve(response))),
          answerStatus: (fate) =>
            settle(() =>
              resolve(
                new Response(this.#errorBody(url, fate), {
                  status: fate.status,
                  headers: headersOf(fate),
                }),
              ),
            ),
          breakOff: () => settle(() => reject(new TypeError('fetch failed'))),
        });
      });
  }

  /** Carries out calls and moves time until `done`, or until `limit`; false where the limit came first. */
  async run(done: () => boolean, limit: Date): Promise<boolean> {
    for (;;) {
      await this.#quiet();
      if (done()) return true;
      const next = this.#take();
      if (next !== undefined) {
        await this.#carryOut(next);
        continue;
      }
      const wake = this.clock.nextWake;
      if (wake === null || wake > limit) {
        await this.clock.advanceTo(limit);
        return done();
      }
      await this.clock.advanceTo(wake);
    }
  }

  /** Time stands still until `work` is done: it goes to the outside by itself. */
  async hold<T>(work: () => Promise<T> | T): Promise<T> {
    this.#holding += 1;
    try {
      return await work();
    } finally {
      this.#holding -= 1;
    }
  }

  async #quiet(): Promise<void> {
    for (let turn = 0; turn < QUIET_TURNS; turn += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#holding > 0) turn = -1;
    }
  }

  #add(
    caller: Caller,
    url: string,
    method: string,
    signal: AbortSignalLike | undefined,
    over: () => boolean,
    rest: Pick<Waiting, 'send' | 'answer' | 'answerStatus' | 'breakOff'>,
  ): void {
    if (signal?.aborted || caller.isDead()) return;
    const { host, pathname } = new URL(url);
    const dependency = this.#dependencies.get(host);
    if (dependency === undefined) throw new Error(`Nobody knows ${host}.`);
    this.#waiting.push({
      caller,
      dependency,
      method,
      path: pathname,
      passes: false,
      isOver: over,
      ...rest,
    });
  }

  /** One of the calls that wait, as the seed says. */
  #take(): Waiting | undefined {
    this.#waiting = this.#waiting.filter((call) => !call.isOver() && !call.caller.isDead());
    const index = this.#waiting.length < 2 ? 0 : Math.floor(this.#random() * this.#waiting.length);
    return this.#waiting.splice(index, 1)[0];
  }

  async #carryOut(waiting: Waiting): Promise<void> {
    if (waiting.passes) {
      await waiting.send(false);
      waiting.answer();
      return;
    }
    const { dependency, method, path } = waiting;
    this.#index += 1;
    const call: OutsideCall = { index: this.#index, dependency, method, path };
    this.calls.push(call);
    const fate = this.#deciding.fateOf(call);
    switch (fate.do) {
      case 'pass':
        await waiting.send(false);
        return waiting.answer();
      case 'refuse':
        return waiting.breakOff();
      case 'lose-answer':
        await waiting.send(false);
        return waiting.breakOff();
      case 'status':
        return waiting.answerStatus(fate);
      case 'hang':
        return;
      case 'arrive-late':
        void this.clock.sleep(fate.after).then(() => this.#enqueueLate(waiting));
        return;
      case 'slow-there':
        void this.clock.sleep(fate.by).then(() => {
          waiting.passes = true;
          this.#waiting.push(waiting);
        });
        return;
      case 'slow-back':
        await waiting.send(false);
        void this.clock.sleep(fate.by).then(() => waiting.answer());
        return;
      case 'kill-before':
        return waiting.caller.die();
      case 'kill-after':
        await waiting.send(false);
        return waiting.caller.die();
    }
  }

  /** It is on its way, whatever has become of who sent it. */
  #enqueueLate(waiting: Waiting): void {
    this.#waiting.push({
      ...waiting,
      caller: { name: 'nobody', isDead: () => false, die: () => {} },
      passes: true,
      isOver: () => false,
      send: () => waiting.send(true),
      answer: () => {},
    });
  }

  #errorBody(url: string, fate: Extract<Fate, { do: 'status' }>): string {
    const dependency = this.#dependencies.get(new URL(url).host);
    const code = fate.code ?? (fate.status === 429 ? 'TooManyRequests' : 'InternalServerError');
    const message =
      code === 'ContainerGroupTransitioning'
        ? 'The container group is still transitioning, please retry later.'
        : 'The service was told to fail.';
    if (dependency === 'tables')
      return JSON.stringify({
        'odata.error': { code, message: { lang: 'en-US', value: message } },
      });
    if (dependency === 'numerai') return '<html>Bad gateway</html>';
    return JSON.stringify({ error: { code, message } });
  }
}

interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
}

/** Settles a promise once: by an answer, or because its caller stopped waiting. */
function once(signal: AbortSignalLike | undefined, onAbort: () => void) {
  let isOver = false;
  const settle = (by: () => void) => {
    if (isOver) return;
    isOver = true;
    by();
  };
  if (signal?.aborted) settle(onAbort);
  else signal?.addEventListener('abort', () => settle(onAbort));
  return { signal, over: () => isOver, settle };
}

function headersOf(fate: Extract<Fate, { do: 'status' }>): Record<string, string> {
  return {
    'content-type': 'application/json',
    ...(fate.retryAfter === undefined ? {} : { 'retry-after': String(fate.retryAfter) }),
  };
}

function withoutSignal(request: PipelineRequest): PipelineRequest {
  const { url, method, headers, body } = request;
  const copy = createPipelineRequest({ url, method, headers, timeout: 0 });
  if (body !== undefined) copy.body = body;
  return copy;
}
