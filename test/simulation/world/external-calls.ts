// The gate: every external call of the app passes here, one at a time. Which of the waiting calls goes next
// follows from the seed, what happens to it from a plan. Time moves only when no call is left to carry out,
// so that deadlines, leases and back-offs play out on the clock.

import type { HttpClient } from '@azure/core-rest-pipeline';
import { garble, needsAnswer } from '../../../local/emulators/garbled.ts';
import type { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { type Carrier, type WireAnswer, type WireRequest, wireAnswerOf } from './carrier.ts';
import { ConnectionBroken, fetchOver, httpClientOver, type Send, type Signal } from './clients.ts';
import { type Dependency, type Fate, PASS, refusalBody } from './fate.ts';
import type { Random } from './random.ts';

export interface ExternalCall {
  /** Counts the calls from 1, over all instances. */
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

/** What happens to a call; asked once a call, when it is about to be sent. */
export type Plan = (call: ExternalCall, caller: Caller, request: WireRequest) => Fate;

/** The world, as far as calls go there. */
export interface Surroundings {
  readonly clock: SimulatedClock;
  readonly carrier: Carrier;
  /** By host and port. */
  readonly dependencies: ReadonlyMap<string, Dependency>;
}

export interface ExternalCallsOptions {
  /** Default: every call passes. */
  readonly plan?: Plan;
  /** Which of the waiting calls goes next; default the one that has waited longest. */
  readonly random?: Random;
  /** Whether {@link ExternalCalls.made} is kept; default true. A year of calls is better forgotten. */
  readonly keepsCalls?: boolean;
}

interface Waiting {
  readonly caller: Caller;
  readonly dependency: Dependency;
  readonly request: WireRequest;
  /** True once its fate is behind it. */
  readonly passes: boolean;
  isOver(): boolean;
  answer(answer: WireAnswer): void;
  breakOff(): void;
}

/** Turns of the event loop without any call after which the app counts as waiting. */
const QUIET_TURNS = 3;
const NOBODY: Caller = { name: 'nobody', isDead: () => false, die: () => {} };

export class ExternalCalls {
  /** What was called so far, for reports. */
  readonly made: ExternalCall[] = [];
  readonly #surroundings: Surroundings;
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #keepsCalls: boolean;
  #count = 0;
  #waiting: Waiting[] = [];
  #holding = 0;

  constructor(surroundings: Surroundings, options: ExternalCallsOptions = {}) {
    this.#surroundings = surroundings;
    this.#plan = options.plan ?? (() => PASS);
    this.#random = options.random ?? (() => 0);
    this.#keepsCalls = options.keepsCalls ?? true;
  }

  /** The ways out of one instance. */
  clientsFor(caller: Caller): { readonly httpClient: HttpClient; readonly fetch: typeof fetch } {
    const send: Send = (request, signal) => this.#enqueue(caller, request, signal);
    return { httpClient: httpClientOver(send), fetch: fetchOver(send) };
  }

  /**
   * Carries out calls and moves time until `done`, or until `limit`, where there is one.
   * @returns false where the limit came first.
   */
  async run(done: () => boolean, limit: Date | null): Promise<boolean> {
    const { clock } = this.#surroundings;
    for (;;) {
      await this.#quiet();
      if (done()) return true;
      const next = this.#take();
      if (next !== undefined) {
        await this.#carryOut(next);
        continue;
      }
      const wake = clock.nextWake;
      if (limit !== null && (wake === null || wake > limit)) {
        await clock.advanceTo(limit);
        return done();
      }
      if (wake === null) throw new Error('All wait for what never comes.');
      await clock.advanceTo(wake);
    }
  }

  /** Carries out calls and moves time until `work` has ended. @returns its result. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const watched = work.finally(() => {
      isOver = true;
    });
    watched.catch(() => {});
    await this.run(() => isOver, null);
    return watched;
  }

  /** Time stands still until `work` is done: it goes to the emulators by itself. */
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

  #enqueue(caller: Caller, request: WireRequest, signal: Signal | undefined): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const settle = (by: () => void) => {
        if (isOver) return;
        isOver = true;
        by();
      };
      const stop = () => settle(() => reject(new DOMException('The operation was aborted.', 'AbortError')));
      if (signal?.aborted) return stop();
      signal?.addEventListener('abort', stop);
      // Who is dead never hears of it again.
      if (caller.isDead()) return;
      const dependency = this.#surroundings.dependencies.get(request.url.host);
      if (dependency === undefined) throw new Error(`Nobody knows ${request.url.host}.`);
      this.#waiting.push({
        caller,
        dependency,
        request,
        passes: false,
        isOver: () => isOver,
        answer: (answer) => settle(() => resolve(answer)),
        breakOff: () => settle(() => reject(new ConnectionBroken())),
      });
    });
  }

  /** One of the calls that wait, as the seed says. */
  #take(): Waiting | undefined {
    this.#waiting = this.#waiting.filter((call) => !call.isOver() && !call.caller.isDead());
    const index = this.#waiting.length < 2 ? 0 : Math.floor(this.#random() * this.#waiting.length);
    return this.#waiting.splice(index, 1)[0];
  }

  async #carryOut(waiting: Waiting): Promise<void> {
    if (waiting.passes) return (await this.#send(waiting))();
    const { caller, dependency, request } = waiting;
    const { clock } = this.#surroundings;
    this.#count += 1;
    const call: ExternalCall = {
      index: this.#count,
      dependency,
      method: request.method,
      path: request.url.pathname,
    };
    if (this.#keepsCalls) this.made.push(call);
    const fate = this.#plan(call, caller, request);
    switch (fate.do) {
      case 'pass':
        return (await this.#send(waiting))();
      case 'refuse':
        return waiting.breakOff();
      case 'lose-answer':
        await this.#send(waiting);
        return waiting.breakOff();
      case 'status':
        if (fate.arrivesAfter !== undefined) this.#arriveLater(waiting, fate.arrivesAfter);
        return waiting.answer({
          status: fate.status,
          headers: {
            'content-type': 'application/json',
            ...(fate.retryAfter === undefined ? {} : { 'retry-after': String(fate.retryAfter) }),
          },
          body: refusalBody(dependency, fate),
        });
      case 'garbled': {
        const isDone = fate.carriedOut || needsAnswer(fate.form);
        const carried = isDone ? await this.#surroundings.carrier(request) : null;
        return typeof carried === 'string'
          ? waiting.breakOff()
          : waiting.answer(wireAnswerOf(garble(fate.form, carried)));
      }
      case 'hang':
        return;
      case 'arrive-late':
        return this.#arriveLater(waiting, fate.after);
      case 'slow-there':
        void clock.sleep(fate.by).then(() => this.#waiting.push({ ...waiting, passes: true }));
        return;
      case 'slow-back': {
        const answer = await this.#send(waiting);
        void clock.sleep(fate.by).then(answer);
        return;
      }
      case 'kill-before':
        return caller.die();
      case 'kill-after':
        await this.#send(waiting);
        return caller.die();
    }
  }

  /** It is on its way, whatever becomes of who sent it. */
  #arriveLater(waiting: Waiting, after: number): void {
    const nobodys = { caller: NOBODY, passes: true, isOver: () => false, answer: () => {}, breakOff: () => {} };
    void this.#surroundings.clock.sleep(after).then(() => this.#waiting.push({ ...waiting, ...nobodys }));
  }

  /** Has the request carried out. @returns what gives its caller the answer. */
  async #send({ request, answer, breakOff }: Waiting): Promise<() => void> {
    const carried = await this.#surroundings.carrier(request);
    switch (carried) {
      case 'dropped':
        return breakOff;
      case 'no-answer':
        return () => {};
      default:
        return () => answer(carried);
    }
  }
}
