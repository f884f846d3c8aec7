// Foreign text as a person can read it: without colours and progress bars, in one line, bounded.

/** What a terminal takes for a command: ECMA-48 control sequences, and titles of windows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
/** A bar of tqdm, pip or wget: ` 45%|████▌     | 45/100`, `[=====>   ] 45%`. */
const PROGRESS = /\d{1,3}%\s*\||[█▏▎▍▌▋▊▉━╸#=]{4,}>?|\[[=#. >-]{6,}\]/;

/** The lines of a log that say something: without colour codes, progress bars, and what was overwritten. */
export function plainLines(log: string): string[] {
  return log
    .replace(ESCAPES, '')
    .split('\n')
    .map((line) => (line.replace(/\r+$/, '').split('\r').at(-1) ?? '').replace(CONTROLS, '').trimEnd())
    .filter((line) => line.trim() !== '' && !PROGRESS.test(line));
}

/** A text in one line, at most `length` characters long, as the end of a sentence. */
export function quote(text: string, length = 400): string {
  const line = plainLines(text).join(' ').replace(/\s+/g, ' ').trim();
  const cut = line.length > length ? `${line.slice(0, length - 1)}…` : line;
  return cut === '' || /[.!?…]$/.test(cut) ? cut : `${cut}.`;
}
