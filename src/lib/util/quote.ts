// Foreign text as a person can read it: without colours and progress bars, in one line, bounded.

import { stripVTControlCharacters } from 'node:util';
import { withFullStop } from './sentences.ts';

/** Control characters, but not the tab. */
const CONTROLS = /[^\P{Cc}\t]/gu;
/** A bar of tqdm, pip or wget: ` 45%|████▌     | 45/100`, `[=====>   ] 45%`. */
const PROGRESS = /\d{1,3}%\s*\||[█▏▎▍▌▋▊▉━╸#=]{4,}>?|\[[=#. >-]{6,}\]/;

/** The lines of a log that say something: without colour codes, progress bars, and what was overwritten. */
export function plainLines(log: string): string[] {
  return stripVTControlCharacters(log)
    .split('\n')
    .map((line) => (line.replace(/\r+$/, '').split('\r').at(-1) ?? '').replace(CONTROLS, '').trimEnd())
    .filter((line) => line.trim() !== '' && !PROGRESS.test(line));
}

/**
 * A line of a stack: it names functions and files, such as `failIfNeeded`, and says nothing of the cause. Node.js, Java
 * and .NET: `  at f (file:1:2)`, `  ... 3 more`; Python: `File "a.py", line 3`; Go: `goroutine 1 [running]:`,
 * `main.fail(0x1)`, `  /app/main.go:7 +0x1d`, `created by main.fail`, `exit status 2`; R: `Calls: main -> fail`.
 */
const FRAME =
  /^\s+at \S|^\s+\.\.\. \d+ |^\s*File "[^"]*", line \d|^goroutine \d+ \[|^\s+\S+\.go:\d|^[\w./()*-]+\.\w+\([^)]*\)$|^created by \S|^exit status \d|^Calls: /;

/** The lines that say more than where in a program something happened. */
export function withoutFrames(lines: readonly string[]): string[] {
  return lines.filter((line) => !FRAME.test(line));
}

/** A text in one line, at most `length` characters long, as the end of a sentence. */
export function quote(text: string, length = 400): string {
  const line = plainLines(text).join(' ').replace(/\s+/g, ' ').trim();
  return withFullStop(line.length > length ? `${line.slice(0, length - 1)}…` : line);
}

/** The last `count` lines of a log, of which the last `length` characters count, as the end of a sentence. */
export function quoteEnd(log: string, count: number, length: number): string {
  const lines = plainLines(log).slice(-count);
  const end = lines.map((line) => line.replace(/\s+/g, ' ').trim()).join(' | ');
  return withFullStop(end.length > length ? `…${end.slice(1 - length)}` : end);
}
