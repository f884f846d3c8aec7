// GET /api/openapi.json: the description of the API, as the build has put it beside the app. Anonymous: it is in the
// repository as well, and programs read it before they have a key.

import { promises as files } from 'node:fs';
import { join } from 'node:path';
import { app } from '@azure/functions';
import { textOf } from './http/responses.ts';
import type { Runtime } from './runtime.ts';

/** Registers the description. */
export function registerOpenApi({ system }: Runtime): void {
  app.http('openapi', {
    methods: ['GET', 'HEAD'],
    authLevel: 'anonymous',
    route: 'openapi.json',
    handler: async (_, { invocationId }) =>
      textOf('application/json', 200, await files.readFile(join(system.appFolder, 'dist', 'openapi.json'), 'utf8'), {
        'x-request-id': invocationId,
      }),
  });
}
