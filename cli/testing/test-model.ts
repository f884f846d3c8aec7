// Tests a model by a call of its webhook, and prints what happened.

import { createAppClient } from '../app-client.ts';
import type { Context } from '../context.ts';
import { asFailure, EXIT, type ExitCode } from '../failure.ts';
import { chooseModel } from '../models-file.ts';
import { Steps } from '../steps.ts';
import { carryOut } from './carry-out.ts';
import type { Test, TestOptions } from './test.ts';

export async function testModel(context: Context, name: string | undefined, options: TestOptions): Promise<ExitCode> {
  const { output, clock, target, secret } = context;
  const model = chooseModel(await context.modelsFile(), name);
  const app = createAppClient(await target.appUrl(), secret('OPERATOR_KEY'));
  const steps = new Steps(output, () => clock.now().getTime());
  output.line(`Testing ${model.name} at ${app.url}`);
  const test: Test = { ...context, options, model, app, steps, triggerId: null, run: null };
  const failure = await carryOut(test).then(() => null, asFailure);
  const exitCode = failure?.exitCode ?? EXIT.ok;
  const error = failure?.message ?? null;
  output.progress(null);
  if (error !== null) output.note(error);
  output.result({ ok: error === null, exitCode, error, steps: steps.reported, run: test.run });
  return exitCode;
}
