// The calls that Numerai makes to webhooks: at a round's opening, and when a user triggers one.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/lib/util/clock.ts';
import type { Model } from './accounts.ts';
import { refusals } from './errors.ts';
import type { Rounds } from './rounds.ts';
import type { Round } from './schedules.ts';

/** The JSON body of a call. */
interface WebhookBody {
  readonly dataVersion: number;
  readonly isTest: boolean;
  readonly roundNumber: string;
  readonly triggerId: string;
}

/** Posts `body` to `url`. Rejects if there is no answer, or when `signal` aborts. */
export type CallWebhook = (
  url: string,
  body: WebhookBody,
  signal: AbortSignal,
) => Promise<{ status: number; body: string }>;

export interface WebhookCall {
  readonly triggerId: string;
  readonly modelId: string;
  readonly round: number;
  readonly isTest: boolean;
  readonly calledAt: Date;
  outcome:
    | { readonly kind: 'pending' }
    | { readonly kind: 'answered'; readonly status: number; readonly body: string }
    | { readonly kind: 'timed-out' }
    | { readonly kind: 'unreachable'; readonly detail: string };
}

export interface LogLine {
  readonly message: string;
  readonly at: Date;
}

const DATA_VERSION = 5;
const TRIGGERS_KEPT = 20_000;

export class Webhooks {
  /** All calls, oldest first. */
  readonly calls: WebhookCall[] = [];
  readonly #logs = new Map<string, LogLine[]>();
  readonly #clock: Clock;
  readonly #callWebhook: CallWebhook;
  readonly #timeoutSeconds: number;

  constructor(options: { clock: Clock; callWebhook: CallWebhook; timeoutSeconds: number }) {
    this.#clock = options.clock;
    this.#callWebhook = options.callWebhook;
    this.#timeoutSeconds = options.timeoutSeconds;
  }

  /** Calls the model's webhook once and waits for its answer. A failed call does not reject: see `outcome`. */
  async call(model: Model, round: number, isTest: boolean): Promise<WebhookCall> {
    if (model.webhook === null) throw refusals.noWebhook();
    const triggerId = randomUUID();
    const call: WebhookCall = {
      triggerId,
      modelId: model.id,
      round,
      isTest,
      calledAt: this.#clock.now(),
      outcome: { kind: 'pending' },
    };
    this.calls.push(call);
    if (this.calls.length > TRIGGERS_KEPT) this.#logs.delete(this.calls.shift()?.triggerId ?? '');
    this.log(triggerId, `Calling the webhook of ${model.name} for round ${round}.`);
    const signal = AbortSignal.timeout(this.#timeoutSeconds * 1000);
    const body = { dataVersion: DATA_VERSION, isTest, roundNumber: String(round), triggerId };
    try {
      const answer = await this.#callWebhook(model.webhook, body, signal);
      call.outcome = { kind: 'answered', ...answer };
      this.log(triggerId, `The webhook answered ${answer.status}.`);
    } catch (error) {
      if (signal.aborted) {
        call.outcome = { kind: 'timed-out' };
        this.log(triggerId, `The webhook timed out after ${this.#timeoutSeconds} seconds.`);
      } else {
        const detail = reasonOf(error);
        call.outcome = { kind: 'unreachable', detail };
        this.log(triggerId, `The webhook could not be reached: ${detail}`);
      }
    }
    return call;
  }

  /** Like the Test button: returns the trigger id; refuses unless the webhook answers 200. */
  async trigger(model: Model, round: number, isTest: boolean): Promise<string> {
    const { outcome, triggerId } = await this.call(model, round, isTest);
    if (outcome.kind === 'timed-out') throw refusals.webhookTimeout(this.#timeoutSeconds);
    if (outcome.kind === 'unreachable') throw refusals.webhookUnreachable(outcome.detail);
    // 202 is not success either: numerai-cli's handlers answer 200 on purpose.
    if (outcome.kind === 'answered' && outcome.status !== 200) throw refusals.webhookAnswer(outcome.body);
    return triggerId;
  }

  log(triggerId: string, message: string): void {
    const line = { message, at: this.#clock.now() };
    const lines = this.#logs.get(triggerId);
    if (lines === undefined) this.#logs.set(triggerId, [line]);
    else lines.push(line);
  }

  logs(triggerId: string): readonly LogLine[] {
    return this.#logs.get(triggerId) ?? [];
  }

  triggered(triggerId: string): boolean {
    return this.#logs.has(triggerId);
  }
}

/** Calls over HTTP. */
export const postWebhook: CallWebhook = async (url, body, signal) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  return { status: response.status, body: await response.text() };
};

/**
 * Calls `opened` for every round when it opens, changed rounds included, until the returned function is
 * called.
 */
export function watchOpenings(
  rounds: Rounds,
  clock: Clock,
  tournaments: readonly number[],
  opened: (round: Round) => void,
): () => void {
  const ended = new AbortController();
  let changed = new AbortController();
  const stopListening = rounds.onChange(() => changed.abort());
  const seen = new Set<string>();

  const run = async () => {
    let since = clock.now();
    while (!ended.signal.aborted) {
      changed = new AbortController();
      const until = new Date(clock.now().getTime() + LONGEST_SLEEP_MS);
      const coming = tournaments
        .flatMap((tournament) => rounds.between(tournament, since, until))
        .filter((round) => !seen.has(`${round.tournament}/${round.number}`));
      for (const round of coming.filter(({ openTime }) => openTime <= clock.now())) {
        seen.add(`${round.tournament}/${round.number}`);
        opened(round);
      }
      const next = Math.min(
        until.getTime(),
        ...coming.map(({ openTime }) => openTime.getTime()).filter((at) => at > clock.now().getTime()),
      );
      since = clock.now();
      await clock.sleep(next - clock.now().getTime(), AbortSignal.any([ended.signal, changed.signal]));
    }
  };
  void run();
  return () => {
    ended.abort();
    stopListening();
  };
}

const LONGEST_SLEEP_MS = 7 * 24 * 3_600_000;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
