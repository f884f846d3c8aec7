// Edits of models.json while the environment runs. The app has read the file when it started, so they are only told.

import { watchFile } from 'node:fs';
import { messageOf } from '../src/lib/util/errors.ts';

/** How often is looked: editors write a file in many ways, and its time tells all of them. */
const EVERY_MS = 1000;

/**
 * Tells each edit, with the faults in it.
 * @param used the text that the app has read.
 * @param read gives the text; throws where something is wrong with the file.
 */
export function tellEdits(file: string, used: string, read: () => Promise<string>, tell: (line: string) => void): void {
  watchFile(file, { interval: EVERY_MS, persistent: false }, async (now, before) => {
    if (now.mtimeMs === before.mtimeMs) return;
    try {
      const isUsed = (await read()) === used;
      tell(
        isUsed
          ? `${file} is as it was when this started: it is what runs.`
          : `${file} has changed. Stop this with Ctrl-C and start it again to use it: what runs has read the file before.`,
      );
    } catch (error) {
      tell(`${file} has changed, and could not be used. ${messageOf(error)}`);
    }
  });
}
