// The storage behind Numerai's signed URLs: data sets, submissions, and what is uploaded.

import type { EmulatorAnswer, EmulatorCall } from '../emulator.ts';
import type { Datasets } from './datasets.ts';
import type { Rounds } from './rounds.ts';
import type { SignedUrls } from './signed-urls.ts';
import type { Uploads } from './uploads.ts';

export function answerStorage(
  call: EmulatorCall,
  services: { signedUrls: SignedUrls; rounds: Rounds; uploads: Uploads; datasets: Datasets },
): EmulatorAnswer {
  const { signedUrls, uploads } = services;
  const [, folder, ...rest] = call.url.pathname.split('/');
  const method = folder === 'uploads' ? 'PUT' : 'GET';
  if (folder !== 'uploads' && folder !== 'datasets' && folder !== 'submissions') return failure(404, 'NoSuchKey');
  if (call.method !== method) return failure(405, 'MethodNotAllowed');
  const signature = signedUrls.check(method, call.url);
  if (signature === 'wrong') return failure(403, 'SignatureDoesNotMatch');
  if (signature === 'expired') return failure(403, 'AccessDenied');
  if (folder === 'uploads') {
    const computeId = call.headers.x_compute_id;
    const taken = uploads.receive(rest.join('/'), {
      content: call.body,
      computeId: typeof computeId === 'string' ? computeId : null,
    });
    return taken ? { status: 200 } : failure(403, 'AccessDenied');
  }
  const content = folder === 'submissions' ? uploads.content(rest.join('/')) : dataset(services, rest);
  return content === null ? failure(404, 'NoSuchKey') : download(content, rest.at(-1) ?? '', call.headers.range);
}

function dataset(
  { rounds, datasets }: { rounds: Rounds; datasets: Datasets },
  [tournament, number, ...filename]: readonly string[],
): Buffer | null {
  const round = rounds.find(Number(tournament), Number(number));
  return round === null ? null : datasets.content(round, filename.join('/'));
}

const CONTENT_TYPES: Readonly<Record<string, string>> = { csv: 'text/csv', json: 'application/json' };

/** A file, or the range of it that is asked for: numerapi resumes a download that was cut off. */
function download(content: Buffer, name: string, range: string | undefined): EmulatorAnswer {
  const headers = {
    'content-type': CONTENT_TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    'accept-ranges': 'bytes',
  };
  const size = content.length;
  // As by RFC 9110: several ranges, and what is no range, are passed over.
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? '') ?? [];
  if (first === '' && last === '') return { status: 200, headers, body: content };
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end) {
    const refused = failure(416, 'InvalidRange');
    return { ...refused, headers: { ...refused.headers, 'content-range': `bytes */${size}` } };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end}/${size}` },
    body: content.subarray(start, end + 1),
  };
}

function failure(status: number, code: string): EmulatorAnswer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`,
  };
}
