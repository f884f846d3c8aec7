// What the pages are looked at in: the scenes of the documentation, and two that only tests need.

import { inPart } from '../../../local/scenes/in-part.ts';
import { jobs } from '../../../local/scenes/jobs.ts';
import { pastRecord } from '../../../local/scenes/past-run.ts';
import { openingOf, ROUND } from '../../../local/scenes/rounds.ts';
import { modelsNamed, type Scene } from '../../../local/scenes/scene.ts';
import { failing, fresh, healthy, many, retrying } from '../../../local/scenes/scenes.ts';
import { stuck } from '../../../local/scenes/stuck.ts';

/** All that a value from outside may try. */
export const HOSTILE =
  `<script>alert(1)</script><img src=x onerror=alert(2)>"'><svg onload=alert(3)>` +
  `{{constructor.constructor('alert(4)')()}} javascript:alert(5) </pre></textarea> \u202Etxt.exe\u0000`;

/** 400 days of history. */
function long(): Scene {
  return {
    models: modelsNamed(['long'], 'l-'),
    async seed(history, now) {
      await history.write(
        Array.from({ length: 400 }, (_, index) =>
          pastRecord({
            model: history.model('l-long'),
            round: ROUND - index,
            at: openingOf(ROUND - index, now),
          }),
        ),
      );
    },
  };
}

/** Every value from outside is hostile. */
function hostile(): Scene {
  return {
    models: [
      {
        name: 'x-hostile',
        numeraiModels: [`"><script>alert(1)</script>`, `'onload='alert(2)`],
        tournament: 'classic',
        container: {
          // What is neither an image nor a registry is refused before any page shows it.
          image: 'docker.io/someone/hostile:1',
          command: [HOSTILE],
          env: { LEVEL: HOSTILE },
          registry: { server: 'docker.io', username: HOSTILE, passwordSecret: 'registry' },
        },
      },
    ],
    async seed(history, now) {
      const record = pastRecord({
        model: history.model('x-hostile'),
        round: ROUND,
        at: openingOf(ROUND, now),
        state: 'failed',
        why: { failure: 'exit-code', reason: HOSTILE },
        more: { triggerId: HOSTILE },
        attempt: { execution: HOSTILE, location: HOSTILE },
      });
      await history.write([record]);
      await history.log(record.run, `\u001B[31m${HOSTILE}\u001B[0m\nsecond line\n`);
    },
  };
}

/** By name; the models of each have a prefix of their own. */
export const SCENES: Readonly<Record<string, Scene>> = {
  fresh: fresh(),
  healthy: healthy('h-'),
  failing: failing('f-'),
  many: many(50, 25),
  retrying: retrying('r-'),
  stuck: stuck('k-'),
  'in part': inPart('p-'),
  jobs: jobs('j-'),
  long: long(),
  hostile: hostile(),
};
