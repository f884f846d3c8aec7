// What is read of the errors that the client libraries throw, and what is never quoted of them.

import { expect, test } from 'vitest';
import { readClientError as readAny } from '../../../src/lib/azure/client-error.ts';
import { createRedaction } from '../../../src/lib/util/redaction.ts';

const readClientError = (error: Error) => readAny(error, (text) => text);
const thrown = (message: string, more: object) => Object.assign(new Error(message), more);

test('the code of the service, and the one within it', () => {
  const details = { error: { code: 'Forbidden', message: 'No.', innererror: { code: 'ForbiddenByFirewall' } } };
  expect(readClientError(thrown('No.', { statusCode: 403, code: 'Forbidden', details }))).toMatchObject({
    status: 403,
    code: 'Forbidden',
    innerCode: 'ForbiddenByFirewall',
    message: 'No.',
  });
});

test.each([
  [
    '{"odata.error":{"code":"AuthorizationFailure","message":{"lang":"en-US","value":"It is not.\nRequestId:1"}}}',
    'It is not.',
  ],
  ['{"error":{"code":"AuthorizationFailed","message":"The client has no role."}}', 'The client has no role.'],
  ['Plain words.\nMore of them.', 'Plain words.'],
])('the message is a sentence and no JSON: %s', (message, says) => {
  expect(
    readClientError(thrown(message.replace('\n', '\\n').replace('words.\\n', 'words.\n'), { statusCode: 403 })).message,
  ).toBe(says);
});

test.each([
  ['a page', thrown('<!DOCTYPE html>\n<html>Sign in.</html>', { statusCode: 404 })],
  ['JSON of something else', thrown('{}', { statusCode: 404 })],
  ['nothing', thrown('', { statusCode: 404 })],
  ['what the library says of a status alone', thrown('Unexpected status code: 403', { statusCode: 403 })],
])('of %s there is nothing to quote', (_, error) => {
  expect(readClientError(error).message).toBeNull();
});

test.each(['', 'ManagedIdentityCredential: Authentication failed. Message '])(
  'what a library stumbles over is an answer that is not as expected: %s',
  (said) => {
    const error = new TypeError(`${said}Cannot read properties of undefined (reading 'split')`);
    expect(readClientError(error).message).toBe(`${said.replace('Message ', '')}The answer is not as expected.`);
  },
);

test('the code of an answer in XML', () => {
  const bodyAsText = '<?xml version="1.0"?><Error><Code>AccountIsDisabled</Code><Message>It is.</Message></Error>';
  expect(readClientError(thrown('No.', { statusCode: 403, response: { bodyAsText } })).code).toBe('AccountIsDisabled');
});

test.each([
  ['that could not be parsed', { statusCode: 200, code: 'PARSE_ERROR' }],
  ['that could not be parsed, of a refusal', { statusCode: 403, code: 'PARSE_ERROR' }],
  ['of another status than was expected', { statusCode: 202 }],
  ['that could not be deserialized', { statusCode: 200 }],
])('an answer %s is never quoted: it may be half a secret', (_, more) => {
  const read = readClientError(thrown('Error "…" occurred while parsing the response body - {"value":"s3cret', more));
  expect(JSON.stringify(read)).not.toContain('s3cret');
  expect(read).toMatchObject({ isQuotable: false, code: null });
});

test('what keeps the app from a token is no answer of the service', () => {
  const error = thrown('ManagedIdentityCredential authentication failed.', { statusCode: 400 });
  error.name = 'AuthenticationError';
  expect(readClientError(error).status).toBeNull();
});

test('a secret in a message is redacted before the message is cut', () => {
  const redaction = createRedaction();
  redaction.add('a-secret-of-somebody');
  const message = `${'x'.repeat(490)}a-secret-of-somebody and more`;
  const read = readAny(thrown(message, { statusCode: 403 }), redaction.apply);
  expect(read.message).toBe(`${'x'.repeat(490)}[secret] a`);
  expect(read.words).not.toContain('a-secret');
});
