// Errors in the words and the format of the Table service.

import { randomUUID } from 'node:crypto';
import type { EmulatorAnswer } from '../emulator.ts';
import type { Refusal } from './limits.ts';

const JSON_TYPE = 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8';

/** The body of every error. */
export function errorBody(code: string, message: string): object {
  const value = `${message}\nRequestId:${randomUUID()}\nTime:${new Date().toISOString()}`;
  return { 'odata.error': { code, message: { lang: 'en-US', value } } };
}

/** The answer to a single call. */
export function errorAnswer(refusal: Refusal, headers: Record<string, string> = {}): EmulatorAnswer {
  return {
    status: refusal.status,
    headers: { 'content-type': JSON_TYPE, 'x-ms-request-id': randomUUID(), ...headers },
    body: JSON.stringify(errorBody(refusal.code, refusal.message)),
  };
}

/** The answer to a transaction: 202, with the part that failed and its index in front of the message. */
export function transactionErrorAnswer(refusal: Refusal): EmulatorAnswer {
  const [batch, changeset] = [`batchresponse_${randomUUID()}`, `changesetresponse_${randomUUID()}`];
  const body = JSON.stringify(errorBody(refusal.code, `${refusal.index}:${refusal.message}`));
  const lines = [
    `--${batch}`,
    `Content-Type: multipart/mixed; boundary=${changeset}`,
    '',
    `--${changeset}`,
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `HTTP/1.1 ${refusal.status} Bad Request`,
    'X-Content-Type-Options: nosniff',
    'DataServiceVersion: 3.0;',
    `Content-Type: ${JSON_TYPE}`,
    '',
    body,
    `--${changeset}--`,
    `--${batch}--`,
    '',
  ];
  return {
    status: 202,
    headers: { 'content-type': `multipart/mixed; boundary=${batch}` },
    body: lines.join('\r\n'),
  };
}
