// The certificate authority of the local environment. The SDKs send tokens over TLS only, so every
// emulator has a certificate; whoever talks to them trusts this authority, and nothing else does.

// The X.509 library's container wants this one first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import * as x509 from '@peculiar/x509';

export interface Certificates {
  /** PEM of the authority; clients trust it (`NODE_EXTRA_CA_CERTS` wants it as a file). */
  readonly authority: string;
  readonly authorityFile: string;
  /** PEM of the certificate and key that every emulator serves with. */
  readonly certificate: string;
  readonly certificateFile: string;
  readonly key: string;
  readonly keyFile: string;
}

/** Names under which emulators are reached. Key Vault's client insists on a name of its own domain. */
const HOST_NAMES = ['localhost', '*.vault.azure.net'];
const VALID_DAYS = 820;
const RENEW_BEFORE_MS = 7 * 24 * 3600 * 1000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Reads the authority and the emulators' certificate from `folder`, making them where they are missing or old. */
export async function ensureCertificates(folder: string): Promise<Certificates> {
  const files = {
    authorityFile: join(folder, 'ca.pem'),
    certificateFile: join(folder, 'server.pem'),
    keyFile: join(folder, 'server.key'),
  };
  if (!(await stillValid(files.certificateFile))) await make(folder, files);
  const [authority, certificate, key] = await Promise.all(
    [files.authorityFile, files.certificateFile, files.keyFile].map((file) =>
      readFile(file, 'utf8'),
    ),
  );
  if (authority === undefined || certificate === undefined || key === undefined) {
    throw new Error(
      `The certificates in ${folder} could not be read. Delete the folder and start again.`,
    );
  }
  return { ...files, authority, certificate, key };
}

/** Makes this process trust the authority, in addition to the usual ones. */
export function trustAuthority(certificates: Certificates): void {
  const trusted = getCACertificates('default');
  if (!trusted.includes(certificates.authority)) {
    setDefaultCACertificates([...trusted, certificates.authority]);
  }
}

async function stillValid(certificateFile: string): Promise<boolean> {
  if (!existsSync(certificateFile)) return false;
  const certificate = new x509.X509Certificate(await readFile(certificateFile, 'utf8'));
  return certificate.notAfter.getTime() - Date.now() > RENEW_BEFORE_MS;
}

async function make(
  folder: string,
  files: { authorityFile: string; certificateFile: string; keyFile: string },
): Promise<void> {
  const validity = {
    notBefore: new Date(Date.now() - 24 * 3600 * 1000),
    notAfter: new Date(Date.now() + VALID_DAYS * 24 * 3600 * 1000),
    signingAlgorithm: ALGORITHM,
  };
  const authorityKeys = await generateKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=Local environment authority',
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const serverKeys = await generateKeys();
  const server = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=localhost',
    issuer: authority.subject,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...HOST_NAMES.map((value) => ({ type: 'dns' as const, value })),
        { type: 'ip', value: '127.0.0.1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  await mkdir(folder, { recursive: true });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey));
  await Promise.all([
    writeFile(files.authorityFile, `${authority.toString('pem')}\n`),
    writeFile(files.certificateFile, `${server.toString('pem')}\n`),
    writeFile(files.keyFile, x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), { mode: 0o600 }),
  ]);
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
