// GET /api/health/deep, with a key: each dependency, what is wrong with it and how to fix it.

import { checkHealth } from '../lib/operations/health.ts';
import type { HttpFunction } from './http/handler.ts';
import { json } from './http/responses.ts';

export const healthDeep: HttpFunction = {
  methods: ['GET'],
  route: 'health/deep',
  async handle({ services }) {
    const findings = await checkHealth(services);
    const ok = findings.every((finding) => finding.ok);
    return json(ok ? 200 : 503, { status: ok ? 'ok' : 'error', findings });
  },
};
