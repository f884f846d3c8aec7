// For the demo's containers that read secrets: Node.js loads this first, so that they find the vault on this machine.

import { resolveVaultsLocally } from '../host/name-resolution.ts';

resolveVaultsLocally();
