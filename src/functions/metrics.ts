// GET /api/metrics: for Prometheus, and whatever reads its text format.

import { app } from '@azure/functions';
import { metricsOf } from '../lib/operations/metrics.ts';
import { prometheusText } from '../lib/operations/prometheus.ts';
import { readStatus } from '../lib/operations/status.ts';
import { httpHandler } from './http/handler.ts';
import { text } from './http/responses.ts';
import type { Runtime } from './runtime.ts';

/** Registers the function. */
export function registerMetrics(runtime: Runtime): void {
  app.http('metrics', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'metrics',
    handler: httpHandler(runtime, async ({ services }) => {
      const status = await readStatus(services, services.models);
      const metrics = metricsOf(
        status,
        runtime.app().counters,
        services.settings.fallbackGraceMinutes,
      );
      return text(200, prometheusText(metrics), { 'content-type': PROMETHEUS_TEXT });
    }),
  });
}

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';
