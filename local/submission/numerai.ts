// Numerai's API as numerapi uses it, over plain HTTP.

import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, Failure } from './failures.ts';
import type { Settings } from './settings.ts';

export interface OpenRound {
  readonly number: number;
  readonly openTime: Date;
  readonly closeStakingTime: Date;
}

export interface AccountModel {
  readonly id: string;
  readonly name: string;
  readonly tournament: number;
}

/** Numerai has understood the query and refused it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

const ATTEMPTS = 4;
const DEADLINE_MS = 60_000;
const LONGEST_WAIT_SECONDS = 30;
/** Numerai's messages for wrong keys, and for no open round. */
const WRONG_KEYS = /session is invalid or has expired/i;
const NOT_OPEN = /round not open/i;

export class Numerai {
  readonly #settings: Settings;
  readonly #log: (line: string) => void;
  /** How far Numerai's clock is ahead of this machine's. */
  #clockOffsetMs = 0;

  constructor(settings: Settings, log: (line: string) => void) {
    this.#settings = settings;
    this.#log = log;
  }

  /** The time by Numerai's clock, as known from its answers. */
  now(): Date {
    return new Date(Date.now() + this.#clockOffsetMs);
  }

  /** The round that takes submissions; null between rounds. */
  async currentRound(): Promise<OpenRound | null> {
    const query =
      'query($tournament: Int!) { rounds(tournament: $tournament, number: 0) { number openTime closeStakingTime } }';
    try {
      const { rounds } = await this.#query<{ rounds: Record<string, unknown>[] }>(query, {
        tournament: this.#settings.tournament,
      });
      const [round] = rounds;
      if (round === undefined || round === null) return null;
      return {
        number: Number(round.number),
        openTime: new Date(String(round.openTime)),
        closeStakingTime: new Date(String(round.closeStakingTime)),
      };
    } catch (error) {
      if (error instanceof Refusal && NOT_OPEN.test(error.message)) return null;
      throw error;
    }
  }

  /** The account's models; null if the API key may not read them. */
  async models(): Promise<AccountModel[] | null> {
    try {
      const { account } = await this.#query<{ account: { models: AccountModel[] } }>(
        'query { account { models { id name tournament } } }',
        {},
      );
      return account.models;
    } catch (error) {
      if (error instanceof Refusal && /insufficient permission/i.test(error.message)) return null;
      throw error;
    }
  }

  async listDatasets(): Promise<string[]> {
    const query = 'query($round: Int, $tournament: Int) { listDatasets(round: $round, tournament: $tournament) }';
    const { tournament } = this.#settings;
    const { listDatasets } = await this.#query<{ listDatasets: string[] }>(query, { tournament });
    return listDatasets;
  }

  /** A data set's content. */
  async download(filename: string): Promise<string> {
    const query =
      'query($filename: String!, $round: Int, $tournament: Int) { dataset(filename: $filename, round: $round, tournament: $tournament) }';
    const { tournament } = this.#settings;
    return this.#retried(`download ${filename}`, async () => {
      const { dataset } = await this.#queryOnce<{ dataset: string }>(query, {
        filename,
        tournament,
      });
      const response = await this.#fetch(dataset, {});
      return response.text();
    });
  }

  /** Uploads a file; returns its name at Numerai. */
  async upload(filename: string, csv: string, modelId: string): Promise<string> {
    const query =
      'query($filename: String!, $tournament: Int!, $modelId: String) { submission_upload_auth(filename: $filename, tournament: $tournament, modelId: $modelId) { filename url } }';
    const { tournament, computeId } = this.#settings;
    // An upload URL is valid for one upload, so a retry needs a new one.
    return this.#retried('upload the predictions', async () => {
      const { submission_upload_auth: place } = await this.#queryOnce<{
        submission_upload_auth: { filename: string; url: string };
      }>(query, { filename, tournament, modelId });
      const headers = computeId === null ? {} : { x_compute_id: computeId };
      await this.#fetch(place.url, { method: 'PUT', body: csv, headers });
      return place.filename;
    });
  }

  /** Makes an uploaded file the model's submission; returns the id of the submission. */
  async createSubmission(filename: string, modelId: string): Promise<string> {
    const query =
      'mutation($filename: String!, $tournament: Int!, $modelId: String, $triggerId: String) { create_submission(filename: $filename, tournament: $tournament, modelId: $modelId, triggerId: $triggerId, source: "demo") { id } }';
    const { tournament, triggerId } = this.#settings;
    const { create_submission: created } = await this.#query<{ create_submission: { id: string } }>(query, {
      filename,
      tournament,
      modelId,
      triggerId,
    });
    return created.id;
  }

  #query<Data>(query: string, variables: object): Promise<Data> {
    return this.#retried('ask Numerai', () => this.#queryOnce<Data>(query, variables));
  }

  async #queryOnce<Data>(query: string, variables: object): Promise<Data> {
    const { publicId, secretKey, apiUrl } = this.#settings;
    const response = await this.#fetch(apiUrl, {
      method: 'POST',
      headers: {
        authorization: `Token ${publicId}$${secretKey}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({ query, variables }),
    });
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) this.#clockOffsetMs = date - Date.now();
    // A demo trusts the API to answer in the shape of the query.
    const answer = (await response.json()) as {
      data?: Data;
      errors?: readonly { message?: string }[];
    };
    const messages = answer.errors?.map(({ message }) => message ?? 'no reason given') ?? [];
    if (messages.some((message) => WRONG_KEYS.test(message))) {
      throw new Failure(
        EXIT.configuration,
        'Numerai does not know these keys. Check NUMERAI_PUBLIC_ID and NUMERAI_SECRET_KEY; they may be swapped.',
      );
    }
    if (messages.length > 0) throw new Refusal(messages.join('; '));
    if (answer.data === undefined) throw new Unavailable('the answer has no data');
    return answer.data;
  }

  async #fetch(url: string, request: RequestInit): Promise<Response> {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(DEADLINE_MS) });
    if (response.ok) return response;
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new Unavailable(
      `HTTP ${response.status} from ${new URL(url).host}`,
      Number.isNaN(retryAfter) ? undefined : retryAfter,
    );
  }

  /** Tries a few times. Does not repeat what was refused. */
  async #retried<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    for (let count = 1; ; count += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof Failure || error instanceof Refusal) throw error;
        const reason = reasonOf(error);
        if (count === ATTEMPTS) {
          throw new Failure(EXIT.unavailable, `Could not ${what} in ${ATTEMPTS} attempts: ${reason}`, error);
        }
        const planned = this.#settings.retrySeconds * 2 ** (count - 1);
        const requested = error instanceof Unavailable ? (error.retryAfterSeconds ?? 0) : 0;
        const seconds = Math.min(Math.max(planned, requested), LONGEST_WAIT_SECONDS);
        this.#log(`Could not ${what} (${reason}). Trying again in ${seconds} s.`);
        await sleep(seconds * 1000);
      }
    }
  }
}

/** Numerai, or the storage behind it, failed this time. */
class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, retryAfterSeconds?: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
