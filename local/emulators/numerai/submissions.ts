// The submissions that are made of uploaded files.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/lib/util/clock.ts';
import type { Model } from './accounts.ts';
import { refusals } from './errors.ts';
import { checkPredictions } from './predictions.ts';
import { dataDatestamp, type Rounds } from './rounds.ts';
import type { Round } from './schedules.ts';
import { LIVE_ROWS } from './universe.ts';
import type { UploadedFile } from './uploads.ts';

export interface Submission {
  readonly id: string;
  readonly modelId: string;
  readonly tournament: number;
  readonly round: number;
  readonly triggerId: string | null;
  readonly filename: string;
  readonly insertedAt: Date;
  /** After `closeStakingTime`. */
  readonly late: boolean;
  readonly rows: number;
  readonly source: string | null;
  /** The header `x_compute_id` of the upload. */
  readonly computeId: string | null;
  /** The real values are not public. */
  readonly status: string;
  readonly errorInfo: string | null;
  /** Not listed before, though it was made; null: at once. */
  readonly listedAt: Date | null;
  /** The day whose data the predictions are of, as 20260504, where the client gave one. */
  readonly dataDatestamp: number | null;
}

export interface DirectSubmission {
  readonly modelId: string;
  /** The round whose data the predictions were made from; default the current one. */
  readonly round?: number;
  readonly triggerId?: string | null;
  /** Default: now. */
  readonly at?: Date;
  /** Default: as a good one has it. */
  readonly status?: string;
  readonly errorInfo?: string;
  /** How long it takes until it is listed; default 0. */
  readonly listedAfterMs?: number;
  /** Puts it into this round, as Numerai does with what missed one; default: the one that is open then. */
  readonly queuedFor?: number;
}

/** The status of a good submission. The real value is not public. */
const GOOD = 'success';
const BAD = /fail|invalid|error|reject/i;

export class Submissions {
  readonly all: Submission[] = [];
  readonly #byModel = new Map<string, Submission[]>();
  readonly #rounds: Rounds;
  readonly #clock: Clock;
  readonly #onSubmission: (submission: Submission) => void;

  constructor(
    rounds: Rounds,
    clock: Clock,
    restored: readonly Submission[],
    onSubmission: (submission: Submission) => void,
  ) {
    this.#rounds = rounds;
    this.#clock = clock;
    this.#onSubmission = onSubmission;
    for (const submission of restored) this.#keep(submission);
  }

  /** Refuses what could not be submitted now. */
  assertOpen(model: Model, tournament: number): void {
    assertSameTournament(model, tournament);
    this.#rounds.open(tournament);
  }

  /** Makes an uploaded file the model's submission for the current round. */
  async create(
    model: Model,
    options: {
      tournament: number;
      filename: string;
      file: UploadedFile;
      triggerId: string | null;
      source: string | null;
      dataDatestamp: number | null;
    },
  ): Promise<Submission> {
    assertSameTournament(model, options.tournament);
    const round = this.#rounds.open(options.tournament);
    const rows = await checkPredictions(this.#roundOfData(round, options.dataDatestamp), options.file.content);
    return this.#add(model, round, {
      filename: options.filename,
      triggerId: options.triggerId,
      rows,
      source: options.source,
      computeId: options.file.computeId,
      insertedAt: this.#clock.now(),
      status: GOOD,
      errorInfo: null,
      listedAt: null,
      dataDatestamp: options.dataDatestamp,
    });
  }

  /** Like `create` with good predictions, but without HTTP: for simulated containers. */
  submit(model: Model, direct: DirectSubmission): Submission {
    const { round: madeFor, triggerId = null, at, errorInfo = null, listedAfterMs, queuedFor } = direct;
    const { status = errorInfo === null ? GOOD : 'failed' } = direct;
    const insertedAt = at ?? this.#clock.now();
    const queued = queuedFor === undefined ? null : this.#rounds.find(model.tournament, queuedFor);
    const round = queued ?? this.#rounds.open(model.tournament, insertedAt);
    if (madeFor !== undefined && madeFor !== round.number) throw refusals.liveIds();
    return this.#add(model, round, {
      filename: `predictions-${this.all.length + 1}.csv`,
      triggerId,
      rows: LIVE_ROWS,
      source: 'direct',
      computeId: null,
      insertedAt,
      status,
      errorInfo,
      listedAt: listedAfterMs === undefined ? null : new Date(insertedAt.getTime() + listedAfterMs),
      dataDatestamp: null,
    });
  }

  /** The model's submissions, newest first. */
  of(modelId: string): Submission[] {
    return (this.#byModel.get(modelId) ?? []).toReversed();
  }

  /** Those that Numerai shows by now. */
  listedOf(modelId: string): Submission[] {
    const now = this.#clock.now();
    return this.of(modelId).filter(({ listedAt }) => listedAt === null || listedAt <= now);
  }

  /** Changes what Numerai says of a submission that it has, as a check that takes its time does. */
  judge(id: string, verdict: Partial<Pick<Submission, 'status' | 'errorInfo'>>): void {
    for (const list of [this.all, ...this.#byModel.values()]) {
      const index = list.findIndex((submission) => submission.id === id);
      const found = list[index];
      if (found !== undefined) list[index] = { ...found, ...verdict };
    }
  }

  /** Whether the submission counts: it is the model's latest valid on-time one for the round, or else its latest. */
  isSelected(submission: Submission): boolean {
    const isValid = ({ status, errorInfo }: Submission) => errorInfo === null && !BAD.test(status);
    const rivals = this.of(submission.modelId).filter((rival) => rival.round === submission.round && isValid(rival));
    const selected = rivals.find(({ late }) => !late) ?? rivals[0];
    return selected?.id === submission.id;
  }

  /** The round whose live data the predictions are of: a pipeline that takes a day uses that of the one before. */
  #roundOfData(current: Round, datestamp: number | null): Round {
    if (datestamp === null || datestamp === dataDatestamp(current)) return current;
    const before = this.#rounds.recent(current.tournament).find(({ openTime }) => openTime < current.openTime);
    if (before === undefined || dataDatestamp(before) !== datestamp) throw refusals.liveIds();
    return before;
  }

  #add(
    model: Model,
    round: Round,
    details: Omit<Submission, 'id' | 'modelId' | 'tournament' | 'round' | 'late'>,
  ): Submission {
    const submission: Submission = {
      ...details,
      id: randomUUID(),
      modelId: model.id,
      tournament: model.tournament,
      round: round.number,
      late: details.insertedAt >= round.closeStakingTime,
    };
    this.#keep(submission);
    this.#onSubmission(submission);
    return submission;
  }

  #keep(submission: Submission): void {
    this.all.push(submission);
    const own = this.#byModel.get(submission.modelId);
    if (own === undefined) this.#byModel.set(submission.modelId, [submission]);
    else own.push(submission);
  }
}

function assertSameTournament(model: Model, tournament: number): void {
  if (model.tournament !== tournament) throw refusals.modelTournament(tournament);
}
