// POST /api/runs/{model}: an operator starts a model or a job.

import * as z from 'zod/mini';
import { isJob } from '../lib/config/models.ts';
import { BadRequestError, baseUrl, entryOf, type HttpFunction, onlyFields, readJson } from './http/handler.ts';
import { startAnswer } from './http/run-json.ts';
import { refuseOtherSites } from './http/same-site.ts';
import { startForOperator } from './start-budget.ts';

const BODY_MAX_BYTES = 16 * 1024;

const option = z._default(z.boolean('true or false'), false);
export const startOptions = onlyFields({ force: option, test: option });

export const start: HttpFunction = {
  methods: ['POST'],
  route: 'runs/{model}',
  async handle(call) {
    const { request, services } = call;
    refuseOtherSites(request);
    const model = entryOf(call);
    const { force, test } = await readJson(request, BODY_MAX_BYTES, startOptions);
    if (test && isJob(model))
      throw new BadRequestError(`${model.name} is a job, and a job has no tests: start it without "test".`);
    const result = await startForOperator(services, model, { isTest: test, force });
    return startAnswer(result, baseUrl(call));
  },
};
