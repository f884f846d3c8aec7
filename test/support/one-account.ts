// An app in a simulated world with a model of one account, whose containers submit as a test says.

import { type SimulatedApp, startSimulatedApp } from '../simulation/app/simulated-app.ts';
import { idOf, modelOf } from './one-model.ts';
import { roundsAtNoon } from './schedules.ts';

const ID = idOf(0);
const ROUNDS = roundsAtNoon([999, '2026-04-03'], [1000, '2026-04-06'], [1001, '2026-04-07']);

export const model = (more: object = {}) => modelOf({}, more);

export const open = (models: readonly object[] = [model()], start = '2026-04-07T12:00:10Z') =>
  startSimulatedApp(start, {
    models,
    schedule: ROUNDS,
    settings: { ALERT_WEBHOOKS: 'json:alert-json:alert-json-key' },
  });

export const submit = ({ world }: SimulatedApp, more: object = {}) => world.numerai.submit({ modelId: ID, ...more });
export const silence = ({ world }: SimulatedApp) => world.numerai.emulator.faults.add({ kind: 'status', status: 503 });
export const speak = ({ world }: SimulatedApp) => world.numerai.emulator.faults.clear();
/** From before, so that the model is known to send the ids that its containers get. */
export const sendsIds = (app: SimulatedApp) =>
  submit(app, { triggerId: 'of-friday', at: new Date('2026-04-03T12:01:00Z') });
