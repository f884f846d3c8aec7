// The certificates of the local environment. The SDKs send tokens over TLS only, so every emulator has a
// certificate. Its clients trust the authority that signed it; nothing else does.

import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { getCACertificates, rootCertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';

export interface Certificates {
  /** PEM of the authority. Clients trust it; `NODE_EXTRA_CA_CERTS` takes the file. */
  readonly authority: string;
  readonly authorityFile: string;
  /** PEM file of the authority and of those that Node.js trusts: for programs whose list it replaces, as Python's. */
  readonly bundleFile: string;
  /** PEM of the certificate and key that every emulator serves with. */
  readonly certificate: string;
  readonly certificateFile: string;
  readonly key: string;
  readonly keyFile: string;
}

const RENEW_BEFORE_MS = 7 * 24 * 3600 * 1000;
const SHARED_FOLDER = fileURLToPath(
  new URL('../../node_modules/.cache/local-environment/certificates', import.meta.url),
);

/** Reads the certificates in `folder`; generates them first if they are missing or about to expire. */
export async function ensureCertificates(folder: string): Promise<Certificates> {
  const files = {
    authorityFile: join(folder, 'ca.pem'),
    certificateFile: join(folder, 'server.pem'),
    keyFile: join(folder, 'server.key'),
  };
  if (!(await isValid(files.certificateFile))) await generate(folder);
  const [authority, certificate, key] = await Promise.all([
    readFile(files.authorityFile, 'utf8'),
    readFile(files.certificateFile, 'utf8'),
    readFile(files.keyFile, 'utf8'),
  ]);
  const bundleFile = join(folder, 'bundle.pem');
  if (!existsSync(bundleFile)) await writeBundle(bundleFile, authority);
  return { ...files, bundleFile, authority, certificate, key };
}

/** The certificates of every environment that keeps no state: generated once for this checkout. */
export function sharedCertificates(): Promise<Certificates> {
  return ensureCertificates(SHARED_FOLDER);
}

/** Makes this process trust an authority in addition to those that it trusts already. */
export function trustAuthority({ authority }: Pick<Certificates, 'authority'>): void {
  const trusted = getCACertificates('default');
  if (!trusted.includes(authority)) setDefaultCACertificates([...trusted, authority]);
}

async function isValid(certificateFile: string): Promise<boolean> {
  if (!existsSync(certificateFile)) return false;
  const { validToDate } = new X509Certificate(await readFile(certificateFile));
  return validToDate.getTime() - Date.now() > RENEW_BEFORE_MS;
}

/** Readable by everybody: the user of a container may be another. */
async function writeBundle(file: string, authority: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, [authority, ...rootCertificates].join('\n'));
  await rename(unfinished, file);
}

/** Puts all files in place at once: of several processes that generate them at the same time, one wins. */
async function generate(folder: string): Promise<void> {
  const { generateCertificates } = await import('./certificate-authority.ts');
  const { authority, certificate, key } = await generateCertificates();
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  await writeFile(join(fresh, 'ca.pem'), authority);
  await writeFile(join(fresh, 'server.pem'), certificate);
  await writeFile(join(fresh, 'server.key'), key, { mode: 0o600 });
  try {
    await rename(fresh, folder);
  } catch {
    // The folder exists: another process has just filled it, or what it holds has expired.
    if (!(await isValid(join(folder, 'server.pem')))) {
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
    }
  }
  await rm(fresh, { recursive: true, force: true });
}
