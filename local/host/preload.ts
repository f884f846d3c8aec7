// For processes beside the app that talk to the emulators themselves: `.local/settings.env` has Node.js
// load this first. The authority is trusted here and not by NODE_EXTRA_CA_CERTS, which may be in use for
// something else, and which Node.js reads before it reads such a file.

import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { resolveVaultsLocally } from './name-resolution.ts';

resolveVaultsLocally();

const { LOCAL_AUTHORITY_FILE } = process.env;
if (LOCAL_AUTHORITY_FILE !== undefined) {
  const authority = readFileSync(LOCAL_AUTHORITY_FILE, 'utf8');
  setDefaultCACertificates([...getCACertificates('default'), authority]);
}
