// What the end of a container says by itself: a table of exit codes and last lines.

import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/lib/runs/failure.ts';
import { plainLines, quote, quoteEnd } from '../../../src/lib/util/quote.ts';
import { failureOfExit } from '../../../src/lib/watch/diagnoses.ts';

const TRACEBACK = (exception: string) =>
  `loading\nTraceback (most recent call last):\n  File "predict.py", line 3, in <module>\n    main()\n${exception}\n`;

describe('a container that failed', () => {
  test.each<[exitCode: number, log: string | null, failure: Failure, reason: RegExp]>([
    [1, null, 'exit-code', /^The container ended with exit code 1; its log says why\.$/],
    [1, '', 'exit-code', /exit code 1; its log says why\.$/],
    [3, 'one\ntwo\n', 'exit-code', /^The container ended with exit code 3\. Its log says: two\.$/],
    [75, null, 'not-ready', /EX_TEMPFAIL/],
    [
      75,
      'The live data of round 7 is not there yet',
      'not-ready',
      /Its log says: The live data of round 7 is not there yet\.$/,
    ],
    [78, null, 'configuration', /EX_CONFIG/],
    [126, null, 'image', /cannot be executed/],
    [127, 'sh: 1: predict: not found', 'image', /was not found.*CRLF.*Its log says: sh: 1: predict: not found\.$/],
    [1, 'exec /usr/local/bin/python: exec format error', 'image', /another processor.*linux\/amd64/],
    [255, '{"msg":"exec user process caused: exec format error"}', 'image', /another processor/],
    [1, 'exec ./run.sh: no such file or directory', 'image', /line ends of Windows/],
    [127, "env: 'python\\r': No such file or directory", 'image', /line ends of Windows/],
    [1, '/bin/bash^M: bad interpreter: No such file or directory', 'image', /line ends of Windows/],
    [1, 'exec /app/run.sh: permission denied', 'image', /right to be executed/],
    [1, TRACEBACK('MemoryError'), 'out-of-memory', /raise memoryGB/],
    [1, TRACEBACK('numpy.core._exceptions._ArrayMemoryError: Unable to allocate 3.1 GiB'), 'out-of-memory', /3\.1 GiB/],
    [1, 'reading\nKilled\n', 'out-of-memory', /raise memoryGB/],
    [
      1,
      TRACEBACK('ValueError: Your session is invalid or has expired.'),
      'secret',
      /refused the API key.*azure:secrets/,
    ],
    [1, TRACEBACK('ValueError: Insufficient permission for upload_submission'), 'secret', /upload submissions/],
    [
      1,
      TRACEBACK('NumeraiRefusal: Current round not open for submissions'),
      'not-ready',
      /does not take submissions for the round yet.*not open/,
    ],
    [1, TRACEBACK("ModuleNotFoundError: No module named 'lightgbm'"), 'image', /lacks a package.*lightgbm/],
    [1, TRACEBACK('OSError: [Errno 28] No space left on device'), 'exit-code', /disk is full/],
    [1, TRACEBACK('requests.exceptions.ReadTimeout: read timed out'), 'exit-code', /over the network/],
    [
      1,
      TRACEBACK('KeyError: "era"'),
      'exit-code',
      /^The container ended with exit code 1\. Its log says: KeyError: "era"\.$/,
    ],
  ])('with %d and the log %j: %s', (exitCode, log, failure, reason) => {
    expect(failureOfExit(exitCode, log)).toEqual({ failure, reason: expect.stringMatching(reason) });
  });

  test('is explained by its exception, not by what was written before or after it', () => {
    const log = `Connection refused, trying again\n${TRACEBACK('KeyError: 3')}WARNING: No space left on device\n`;
    expect(failureOfExit(1, log)).toEqual({
      failure: 'exit-code',
      reason: 'The container ended with exit code 1. Its log says: KeyError: 3.',
    });
  });

  test.each([
    [
      'Node.js',
      'throw new Error(text);\n      ^\n\nError: DEMO_FAIL=crash: this is the crash.',
      '    at failIfRequested (file:///app/main.ts:92:13)\n'.repeat(12),
    ],
    [
      'Java',
      'Caused by: java.lang.IllegalStateException: no era',
      '\tat some.Failing.fail(Failing.java:7)\n\t... 3 more',
    ],
    ['Go', 'panic: no era', 'goroutine 1 [running]:\nmain.failIf({0x1, 0x2})\n\t/app/fail.go:7 +0x1d\nexit status 2'],
    ['R', 'Error in predict(model) : no era', 'Calls: main -> failIfRequested\nExecution halted'],
    ['Python without a heading', 'Fatal error: no era', '  File "fail.py", line 3 in fail'],
  ])('is not explained by the frames of its stack: %s', (_language, cause, stack) => {
    const last = cause.split('\n').at(-1) ?? '';
    expect(failureOfExit(1, `loading\n${cause}\n${stack}\n`).reason).toContain(`Its log says: ${quote(last)}`);
  });

  test('is not explained by what it wrote long before its end', () => {
    const log = `MemoryError in a cache, going on\n${'step\n'.repeat(10)}Error: no predictions\n`;
    expect(failureOfExit(1, log)).toMatchObject({
      failure: 'exit-code',
      reason: 'The container ended with exit code 1. Its log says: Error: no predictions.',
    });
    expect(failureOfExit(1, 'Error: bad era\nbye\n').reason).toContain('Its log says: Error: bad era.');
  });
});

describe('what is quoted', () => {
  test('has no colours, no progress bars, and nothing that was overwritten', () => {
    const log =
      '\u001b[31mERROR\u001b[0m no data\r\n 45%|████▌     | 45/100 [00:01<00:02]\r100%|██████████| 100/100\n' +
      'download 1 %\rdownload 2 %\rdownload done\n[=======>     ] 50%\n\u001b]0;title\u0007end\n';
    expect(plainLines(log)).toEqual(['ERROR no data', 'download done', 'end']);
  });

  test('is one line of bounded length, as the end of a sentence', () => {
    expect(quote(' a\n\n  b ')).toBe('a b.');
    expect(quote('What?')).toBe('What?');
    expect(quote('')).toBe('');
    expect(quote('x'.repeat(500))).toHaveLength(400);
    expect(quote('x'.repeat(500), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  test('of its end is its last lines, of which the last words count', () => {
    expect(quoteEnd('one\ntwo\n\nDownloaded 100%\n  sent  it\n', 2, 100)).toBe('Downloaded 100% | sent it.');
    expect(quoteEnd('What?\n', 5, 100)).toBe('What?');
    expect(quoteEnd('\n \n', 5, 100)).toBe('');
    expect(quoteEnd(`${'x'.repeat(500)}the end`, 5, 10)).toBe('…xxthe end.');
  });
});
