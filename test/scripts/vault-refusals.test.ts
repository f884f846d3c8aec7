// Why the vault refuses the scripts of a deployment, in the words of the app's own table; and what they take for an answer.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { GARBLED_FORMS, garble } from '../../local/emulators/garbled.ts';
import { KEY_VAULT_REFUSALS } from '../../local/emulators/key-vault-refusals.ts';
import { healthLines, numeraiKeys } from '../../scripts/azure/after-deploy.ts';
import { keyVault } from '../../scripts/azure/set-secrets.ts';

const KEYS = { numeraiKeys: { publicId: 'numerai-public-id', secretKey: 'numerai-secret-key' } };

beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => {}));
afterEach(() => void vi.restoreAllMocks());

const raise = (what: string): never => {
  throw new Error(what);
};

/** A server that ends with the test. @returns its URL. */
async function serving(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return `http://127.0.0.1:${port}`;
}

describe('why a vault refuses', () => {
  /** A vault that answers every call in the words of one refusal. */
  async function vaultThatRefuses(code: string) {
    const { status, inner, message, ...refusal } = KEY_VAULT_REFUSALS[code] ?? raise(code);
    let calls = 0;
    const error = { code: refusal.code, message, ...(inner === null ? {} : { innererror: { code: inner } }) };
    const url = await serving((response) => {
      calls += 1;
      response.statusCode = status;
      response.end(JSON.stringify({ error }));
    });
    return { url, calls: () => calls };
  }

  const failureOf = (work: Promise<unknown>) => work.then(String, ({ message }: Error) => message);
  const DELAY = { attempts: 3, seconds: 0.01 };

  test.each([
    ['ForbiddenByFirewall', /firewall of the vault .* does not let your account in.*network-rule add/, 1],
    ['ForbiddenByConnection', /no calls from public networks.*--public-network-access Enabled/, 1],
    ['AccessDenied', /access policies instead of roles.*--secret-permissions get set/, 3],
    ['ForbiddenByRbac', /Your account may not use the secret name.*Key Vault Secrets Officer/, 3],
    ['SecretDisabled', /is disabled\. Enable it/, 1],
    ['AKV10032', /belongs to another tenant than your account.*az login --tenant/, 1],
    ['ObjectIsDeletedButRecoverable', /can be recovered.*az keyvault secret recover --vault-name 127 --name name/, 1],
    ['Throttled', /takes no more calls/, 3],
  ])('%s is told, and waited for where it may pass', async (code, says, asked) => {
    const { url, calls } = await vaultThatRefuses(code);
    const failure = await failureOf(keyVault(url, 'token', DELAY).set('name', 'very-secret'));
    expect(failure).toMatch(says);
    expect(failure).not.toContain('very-secret');
    expect(calls()).toBe(asked);
  });

  test('a vault that does not exist is told at once', async () => {
    const failure = await failureOf(keyVault('https://no-such-vault.invalid', 'token', DELAY).has('name'));
    expect(failure).toContain('There is no vault no-such-vault.invalid');
  });

  // A vault does answer 404, and whose answer an object is the script does not ask.
  const FORMS = GARBLED_FORMS.filter((form) => !form.endsWith('404') && form !== 'object' && form !== 'stranger');
  test.each(FORMS)('an answer of the form %s is not taken for a secret that was set', async (form) => {
    const { status, body } = garble(form, { status: 200, body: '{"value":"very-secret","id":"https://x"}' });
    const url = await serving((response) => {
      response.statusCode = status;
      response.end(body);
    });
    const failure = await failureOf(keyVault(url, 'token', DELAY).set('name', 'very-secret'));
    expect(failure).toContain(url);
    expect(failure).not.toContain('very-secret');
  });

  test('the Azure CLI is quoted in the same words', async () => {
    const az = () =>
      Promise.reject(new Error('(Forbidden) Client address is not authorized and caller is not a trusted service.'));
    const failure = await failureOf(numeraiKeys(az, [KEYS], { KEY_VAULT_NAME: 'kv' }));
    expect(failure).toMatch(/^The firewall of the vault kv does not let your account in/);
  });
});

test('what a finding says twice is shown once', () => {
  const findings = [
    { dependency: 'secret x', ok: false, problem: 'It is off. Switch it on.', remedy: 'Switch it on.' },
  ];
  expect(healthLines({ findings })).toEqual(['✗ secret x: It is off. Switch it on.']);
});
