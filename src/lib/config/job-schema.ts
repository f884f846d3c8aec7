// The shape of a job in `models.json`, with its defaults: a container that runs on a schedule, or on request.

import * as z from 'zod/mini';
import { faultsOfMadeJob, withJobName } from './container-apps-schema.ts';
import { type ContainerDefaults, container } from './container-schema.ts';
import { attempts, name, paused, timeoutMinutes } from './entry-fields.ts';
import { across, described, fault, hasKeys } from './fields.ts';
import { parseSchedule } from './schedule.ts';
import { ScheduleError } from './schedule-fields.ts';

const schedule = described(
  'When it runs, in UTC, as timers of Azure Functions have it (NCRONTAB): second, minute, hour, day of the month, month, day of the week. Without it, it runs on request only.',
  z.optional(
    z.pipe(
      z.string('an NCRONTAB expression such as `0 0 6 * * SUN`'),
      z.transform((text, context) => {
        try {
          return parseSchedule(text);
        } catch (error) {
          if (!(error instanceof ScheduleError)) throw error;
          context.issues.push({ code: 'custom', input: text, message: error.message });
          return z.NEVER;
        }
      }),
    ),
  ),
);

/** How many containers of a run may fail. */
const MAX_ATTEMPTS = 3;

/** An entry under `jobs`. It has nothing at Numerai: what only a model has says so. */
export const jobSchema = (defaults: ContainerDefaults) =>
  z.pipe(
    z
      .strictObject(
        {
          name,
          schedule,
          container: container(defaults),
          timeoutMinutes,
          maxAttempts: described(
            'How many containers of a run may fail. What was refused before anything ran is not counted.',
            z._default(attempts, MAX_ATTEMPTS),
          ),
          overlap: described(
            'What happens when it is time while a run is under way: nothing (skip), or a second run beside it (allow).',
            z._default(z.enum(['skip', 'allow'], 'skip or allow'), 'skip'),
          ),
          paused,
        },
        'an object: a job',
      )
      .check(
        across(({ value, issues }) => {
          issues.push(...faultsOfMadeJob(value));
          const { container, overlap } = value;
          if (hasKeys(container) && 'group' in container && overlap === 'allow')
            issues.push(fault(overlap, ['overlap'], 'skip: an existing group cannot run twice at once'));
        }),
      ),
    z.transform(({ schedule = null, ...given }) => ({
      ...given,
      container: withJobName(given.container, given.name),
      schedule,
      tournament: null,
      numeraiModels: [] as readonly string[],
      lastResort: null,
    })),
  );
