// POST /api/pause/{model}, POST /api/resume/{model}: an operator pauses a model or a job, or resumes it.

import * as z from 'zod/mini';
import { pause as pauseEntry, resume as resumeEntry } from '../lib/operations/pause.ts';
import { type Call, entryOf, type HttpFunction, onlyFields, readJson } from './http/handler.ts';
import { json } from './http/responses.ts';
import { pausedSchema } from './http/run-json.ts';
import { refuseOtherSites } from './http/same-site.ts';

const BODY_MAX_BYTES = 16 * 1024;
const TEXT = 'a text of at most 200 characters';

const text = z.pipe(z.string(TEXT).check(z.maxLength(200, TEXT)), z.transform(onOneLine));
/** Control characters, halves of characters, and what turns the direction of what comes after it. */
const UNSEEN = /[\s\p{Cc}\p{Cs}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/** What an operator may say with it; what is left out, or empty, says nothing. */
export const pauseBody = z.pipe(
  onlyFields({ by: z.optional(text), reason: z.optional(text) }),
  z.transform(({ by = '', reason = '' }) => ({ by: by || 'an operator', reason: reason || null })),
);

export const pause: HttpFunction = {
  methods: ['POST'],
  route: 'pause/{model}',
  async handle(call) {
    const { entry, asked } = await read(call);
    const paused = await pauseEntry(call.services, entry, asked);
    return json(200, { name: entry.name, paused: pausedSchema.parse(paused) });
  },
};

export const resume: HttpFunction = {
  methods: ['POST'],
  route: 'resume/{model}',
  async handle(call) {
    const { entry, asked } = await read(call);
    const paused = await resumeEntry(call.services, entry, asked);
    return json(200, { name: entry.name, paused: paused && pausedSchema.parse(paused) });
  },
};

async function read(call: Call) {
  refuseOtherSites(call.request);
  return { entry: entryOf(call), asked: await readJson(call.request, BODY_MAX_BYTES, pauseBody) };
}

/** It stands in sentences, and is printed in terminals. */
function onOneLine(given: string): string {
  return given.replace(UNSEEN, ' ').trim();
}
