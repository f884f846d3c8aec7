// For processes beside the app that call the emulators themselves: `.local/settings.env` makes Node.js load
// this first. The authority is trusted here and not through NODE_EXTRA_CA_CERTS, which may be in use for
// something else, and which Node.js reads before it reads such a file.

import { readFileSync } from 'node:fs';
import { trustAuthority } from '../emulators/certificates.ts';
import { resolveVaultsLocally } from '../host/name-resolution.ts';

resolveVaultsLocally();

const { LOCAL_AUTHORITY_FILE } = process.env;
if (LOCAL_AUTHORITY_FILE !== undefined) trustAuthority({ authority: readFileSync(LOCAL_AUTHORITY_FILE, 'utf8') });
