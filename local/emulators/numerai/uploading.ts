// The resolvers of what is uploaded and downloaded: submissions, and predictions for the diagnostics.

import { randomUUID } from 'node:crypto';
import { assertAllowed } from './accounts.ts';
import { refusals } from './errors.ts';
import { checkValidation } from './predictions.ts';
import type { Context, Maybe, Services } from './services.ts';
import type { shapesOf } from './shapes.ts';

interface UploadArguments {
  readonly filename: string;
  readonly tournament: number;
  readonly modelId?: Maybe<string>;
}
interface CreateArguments extends UploadArguments {
  readonly triggerId?: Maybe<string>;
  readonly source?: Maybe<string>;
  readonly dataDatestamp?: Maybe<number>;
}

interface Diagnostics {
  readonly id: string;
  readonly modelId: string;
  readonly status: string;
  readonly erasAcceptedCount: number;
  readonly updatedAt: Date;
}

export function uploading(services: Services, shapes: ReturnType<typeof shapesOf>) {
  const { accounts, submissions, uploads, clock } = services;
  const diagnoses: Diagnostics[] = [];

  const uploadAuth =
    (purpose: 'submission' | 'diagnostics') =>
    ({ filename, tournament, modelId }: UploadArguments, context: Context) => {
      const model = accounts.modelOf(assertAllowed(context.account, 'upload_submission'), modelId);
      if (purpose === 'submission') submissions.assertOpen(model, tournament);
      const name = uploads.authorize(model, filename, purpose);
      return { filename: name, url: services.uploadUrl(name), accelerated: false, countryCode: null };
    };

  const create = async (args: CreateArguments, context: Context) => {
    const model = accounts.modelOf(assertAllowed(context.account, 'upload_submission'), args.modelId);
    submissions.assertOpen(model, args.tournament);
    const submission = await submissions.create(model, {
      tournament: args.tournament,
      filename: args.filename,
      file: uploads.take(model, args.filename, 'submission'),
      triggerId: args.triggerId ?? null,
      source: args.source ?? null,
      dataDatestamp: args.dataDatestamp ?? null,
    });
    return shapes.submission(submission);
  };

  return {
    submissionUploadAuth: uploadAuth('submission'),
    submissionUploadSignalsAuth: uploadAuth('submission'),
    createSubmission: create,
    createSignalsSubmission: create,

    submissionDownloadAuth: ({ id }: { id?: Maybe<string> }, context: Context) => {
      const account = assertAllowed(context.account, 'download_submission');
      const found = accounts
        .modelsOf(account)
        .flatMap((model) => submissions.listedOf(model.id))
        .find((submission) => submission.id === id);
      // Kept in memory only: what was submitted before a restart, or without a file, cannot be downloaded.
      if (found === undefined || uploads.content(found.filename) === null) throw refusals.submission();
      return { filename: found.filename, url: services.downloadUrl(found.filename) };
    },

    diagnosticsUploadAuth: uploadAuth('diagnostics'),

    createDiagnostics: async (args: UploadArguments, context: Context) => {
      const model = accounts.modelOf(assertAllowed(context.account, 'upload_submission'), args.modelId);
      const { content } = uploads.take(model, args.filename, 'diagnostics');
      await checkValidation(services.datasets.validationIds(), content);
      const made = {
        id: randomUUID(),
        modelId: model.id,
        status: 'done',
        erasAcceptedCount: 0,
        updatedAt: clock.now(),
      };
      diagnoses.push(made);
      return made;
    },

    diagnostics: ({ id, modelId }: { id?: Maybe<string>; modelId?: Maybe<string> }, context: Context) => {
      const model = accounts.modelOf(assertAllowed(context.account, 'read_submission_info'), modelId);
      const found = diagnoses.findLast((made) => made.modelId === model.id && (id == null || made.id === id));
      if (found === undefined) throw refusals.diagnostics();
      return found;
    },
  };
}
