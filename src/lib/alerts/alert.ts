// What is reported to operators: the kinds of alert, what each carries, and what makes two of them the same
// event.

import * as z from 'zod/mini';
import { RUN_STATES } from '../runs/run.ts';

/** The kinds that somebody has to look after; each has its section in docs/runbook.md. */
export const PROBLEM_KINDS = [
  'run-failed',
  'round-closing',
  'round-missed',
  'watcher-late',
  'fallback-late',
  'secret-expiring',
] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** As much of a run as an alert says. */
const runFacts = z.object({
  id: z.string(),
  attempt: z.int(),
  state: z.enum(RUN_STATES),
  reason: z.nullable(z.string()),
});
export type RunFacts = z.infer<typeof runFacts>;

/** The validator of what the outbox holds; times are ISO 8601. */
export const alertSchema = z.discriminatedUnion('kind', [
  /** A run ended badly, and no attempt follows by itself. */
  z.object({
    kind: z.literal('run-failed'),
    model: z.string(),
    round: z.nullable(z.number()),
    run: runFacts,
  }),
  /** A round is about to close without a good submission. Round null: by the documented hours. */
  z.object({
    kind: z.literal('round-closing'),
    model: z.string(),
    round: z.nullable(z.number()),
    closeTime: z.string(),
    run: z.nullable(runFacts),
  }),
  /** A round closed without a good submission. */
  z.object({
    kind: z.literal('round-missed'),
    model: z.string(),
    round: z.number(),
    closeTime: z.string(),
    run: z.nullable(runFacts),
  }),
  z.object({ kind: z.literal('watcher-late'), lastTickAt: z.string() }),
  z.object({ kind: z.literal('fallback-late'), lastTickAt: z.string() }),
  z.object({ kind: z.literal('secret-expiring'), secret: z.string(), expiresOn: z.string() }),
  /** What was wrong with a subject is over. */
  z.object({
    kind: z.literal('back-to-normal'),
    subject: z.string(),
    /** Key of the newest alert that this ends. */
    ends: z.string(),
    problems: z.array(z.enum(PROBLEM_KINDS)),
    model: z.nullable(z.string()),
    round: z.nullable(z.number()),
    run: z.nullable(runFacts),
  }),
]);

export type Alert = z.infer<typeof alertSchema>;
export type BackToNormal = Extract<Alert, { kind: 'back-to-normal' }>;
export type Problem = Exclude<Alert, BackToNormal>;

/**
 * The name of the event: one message is sent for each, however often and wherever it is noticed. Holds
 * only what a row key may hold.
 */
export function keyOf(alert: Alert): string {
  switch (alert.kind) {
    case 'run-failed':
      return `run-failed:${alert.run.id}:${alert.run.attempt}`;
    case 'round-closing':
      return `round-closing:${alert.model}:${alert.round ?? alert.closeTime.slice(0, 10)}`;
    case 'round-missed':
      return `round-missed:${alert.model}:${alert.round}`;
    case 'watcher-late':
    case 'fallback-late':
      return `${alert.kind}:${alert.lastTickAt}`;
    case 'secret-expiring':
      return `secret-expiring:${alert.secret}:${alert.expiresOn}`;
    case 'back-to-normal':
      return `back-to-normal:${alert.ends}`;
  }
}

/** What is unwell: one "back to normal" ends all that was wrong with it. */
export function subjectOf(alert: Alert): string {
  switch (alert.kind) {
    case 'run-failed':
    case 'round-closing':
    case 'round-missed':
      return modelSubject(alert.model);
    case 'watcher-late':
      return timerSubject('watcher');
    case 'fallback-late':
      return timerSubject('fallback');
    case 'secret-expiring':
      return secretSubject(alert.secret);
    case 'back-to-normal':
      return alert.subject;
  }
}

export const modelSubject = (model: string): string => `model:${model}`;
export const timerSubject = (timer: 'watcher' | 'fallback'): string => `timer:${timer}`;
export const secretSubject = (secret: string): string => `secret:${secret}`;
