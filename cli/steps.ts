// The steps of a test, each reported once, with a mark and the time since the test began.

import type { Output } from './output.ts';

export interface Step {
  readonly name: string;
  readonly mark: keyof typeof MARKS;
  readonly detail: string;
  /** Seconds since the test began. */
  readonly seconds: number;
}

const MARKS = {
  ok: { sign: '✓', colour: 'green' },
  failed: { sign: '✗', colour: 'red' },
  note: { sign: '!', colour: 'yellow' },
} as const;

export class Steps {
  readonly reported: Step[] = [];
  readonly #output: Output;
  readonly #now: () => number;
  readonly #begun: number;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#begun = now();
  }

  report(mark: Step['mark'], name: string, detail = ''): void {
    const seconds = this.#seconds();
    this.reported.push({ name, mark, detail, seconds });
    const { sign, colour } = MARKS[mark];
    const coloured = this.#output.styled(colour, sign);
    this.#output.line(`${coloured} ${clockOf(seconds)}  ${name.padEnd(18)} ${detail}`.trimEnd());
  }

  waiting(what: string): void {
    this.#output.progress(`  ${clockOf(this.#seconds())}  ${what} …`);
  }

  #seconds(): number {
    return Math.round((this.#now() - this.#begun) / 100) / 10;
  }
}

/** `04:10` */
function clockOf(seconds: number): string {
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  return `${twoDigits(Math.floor(seconds / 60))}:${twoDigits(Math.floor(seconds) % 60)}`;
}
