// The steps of a test, each told once, with a mark and the time since the call.

import { styleText } from 'node:util';
import type { Output } from './output.ts';

export type Mark = 'ok' | 'failed' | 'note';

export interface Step {
  readonly name: string;
  readonly mark: Mark;
  readonly detail: string;
  /** Seconds since the test began. */
  readonly seconds: number;
}

const MARKS: Readonly<Record<Mark, string>> = {
  ok: styleText('green', '✓'),
  failed: styleText('red', '✗'),
  note: styleText('yellow', '!'),
};

export class Steps {
  readonly told: Step[] = [];
  readonly #output: Output;
  readonly #now: () => number;
  readonly #begun: number;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#begun = now();
  }

  get seconds(): number {
    return Math.round((this.#now() - this.#begun) / 100) / 10;
  }

  tell(mark: Mark, name: string, detail = ''): void {
    const { seconds } = this;
    this.told.push({ name, mark, detail, seconds });
    this.#output.line(`${MARKS[mark]} ${clockOf(seconds)}  ${name.padEnd(18)} ${detail}`.trimEnd());
  }

  /** Whether a step of that name has been told. */
  has(name: string): boolean {
    return this.told.some((step) => step.name === name);
  }

  waiting(what: string): void {
    this.#output.progress(`  ${clockOf(this.seconds)}  ${what} …`);
  }
}

function clockOf(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}
