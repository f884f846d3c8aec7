// What a script does with a check: it says what was found, and goes no further where something is wrong.

import { type Finding, lineOf } from './finding.ts';

/** @throws an error with all faults, where there are any. */
export function requireNoFaults(findings: readonly Finding[], print: (line: string) => void): void {
  const faults = findings.filter(({ verdict }) => verdict === 'failed');
  if (faults.length > 0)
    throw new Error(
      `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}, and nothing was done:\n${faults.map((finding) => lineOf(finding)).join('\n')}`,
    );
  for (const finding of findings) if (finding.verdict !== 'unchecked') print(lineOf(finding));
}
