import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  type Certificates,
  ensureCertificates,
  trustAuthority,
} from '../../../local/emulators/certificates.ts';

/** Certificates that this test file's process trusts; gone when the file is done. */
export async function trustedCertificates(): Promise<Certificates> {
  const folder = await temporaryFolder();
  const certificates = await ensureCertificates(folder);
  trustAuthority(certificates);
  return certificates;
}

/** A folder that is removed when the test file is done. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'emulators-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
