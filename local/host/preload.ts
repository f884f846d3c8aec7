// For processes beside the app that talk to the stand-ins themselves: `.local/settings.env` has Node.js
// load this first. Node.js reads NODE_EXTRA_CA_CERTS before it reads such a file, hence the second step.

import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { resolveVaultsLocally } from './name-resolution.ts';

resolveVaultsLocally();

const { NODE_EXTRA_CA_CERTS } = process.env;
if (NODE_EXTRA_CA_CERTS !== undefined) {
  const authority = readFileSync(NODE_EXTRA_CA_CERTS, 'utf8');
  setDefaultCACertificates([...getCACertificates('default'), authority]);
}
