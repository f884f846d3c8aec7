import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Certificates, sharedCertificates, trustAuthority } from '../../../local/emulators/certificates.ts';

/** The certificates of environments without state; this process trusts them from now on. */
export async function trustedCertificates(): Promise<Certificates> {
  const certificates = await sharedCertificates();
  trustAuthority(certificates);
  return certificates;
}

/** A folder that is removed when the test has ended. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'emulators-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
