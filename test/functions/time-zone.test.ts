// Days and times are UTC's, wherever the machine thinks it is.

import { afterAll, expect, test, vi } from 'vitest';
import { openFrontDoor } from './front-door.ts';

afterAll(() => vi.unstubAllEnvs());

test.each(['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kolkata'])(
  'a run that does not know its round is named after the day of UTC, in %s',
  async (zone) => {
    vi.stubEnv('TZ', zone);
    const door = await openFrontDoor({
      models: [{ name: 'mine', tournament: 'classic', container: { image: 'example.org/a:1' } }],
    });
    door.environment.numerai.emulator.faults.add({ kind: 'status', status: 403 });
    const before = new Date().toISOString();
    const run = await door.ended(await door.webhook('mine'));
    const after = new Date().toISOString();
    expect(run.round).toBeNull();
    expect(run.requestedAt >= before && run.requestedAt <= after).toBe(true);
    const [day, hour] = [run.requestedAt.slice(0, 10).replaceAll('-', ''), run.requestedAt.slice(11, 13)];
    // Outside the documented hours the hour is claimed.
    expect(run.attempts[0]?.execution).toMatch(new RegExp(`^mine-d${day}(${hour})?-a1$`));
    for (const time of [run.startedAt, run.finishedAt]) expect(time).toMatch(/Z$/);
    expect(door.environment.host.output.join('\n')).not.toMatch(/[+-]\d\d:?\d\d"/);
  },
);
