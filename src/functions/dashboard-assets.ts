// GET /api/dashboard-assets/{name}: the style and the script of the pages. Anonymous, since a browser
// loads them without a header, and nobody's data is in them.

import { app } from '@azure/functions';
import { ASSETS } from './http/page.ts';
import { problem } from './http/responses.ts';

/** Registers the parts of the pages. */
export function registerDashboardAssets(): void {
  app.http('dashboardAssets', {
    methods: ['GET', 'HEAD'],
    authLevel: 'anonymous',
    route: 'dashboard-assets/{name}',
    handler: async (request, context) => {
      const asset = ASSETS.get(request.params.name ?? '');
      const headers = { 'x-request-id': context.invocationId, 'x-content-type-options': 'nosniff' };
      if (asset === undefined) {
        const detail = 'There is no such part of the dashboard. Reload the page.';
        return problem({ status: 404, title: 'Not found', detail, headers }, context.invocationId);
      }
      return {
        headers: {
          ...headers,
          'content-type': asset.type,
          'cache-control': 'public, max-age=31536000, immutable',
        },
        body: asset.content,
      };
    },
  });
}
