// GET /api/metrics: for Prometheus, and whatever reads its text format.

import { metricsOf } from '../lib/operations/metrics.ts';
import { prometheusText } from '../lib/operations/prometheus.ts';
import type { HttpFunction } from './http/handler.ts';
import { text } from './http/responses.ts';

export const metrics: HttpFunction = {
  methods: ['GET'],
  route: 'metrics',
  async handle({ services }) {
    const { overview, callCounts, settings } = services;
    const found = metricsOf(await overview(), callCounts, settings);
    return text(200, prometheusText(found), {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  },
};
