// Hosts of the test app, for one test file.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll } from 'vitest';
import { type Host, type HostOptions, startHost } from '../../../local/host/host.ts';
import { buildHostApp } from '../../fixtures/host-app.ts';

export interface HostsInTest {
  /** The built app, in a folder of this file. */
  readonly appFolder: string;
  /** Starts a host, which ends with the file. */
  start(options?: Partial<HostOptions>): Promise<Host>;
}

/** Builds the app before the tests of a file; ends all hosts after them. */
export function hostsForTests(): HostsInTest {
  let appFolder = '';
  const hosts: Host[] = [];
  beforeAll(async () => {
    appFolder = await buildHostApp();
  });
  afterAll(async () => {
    await Promise.all(hosts.map((host) => host.kill()));
    await rm(appFolder, { recursive: true, force: true });
  });
  return {
    get appFolder() {
      return appFolder;
    },
    async start(options = {}) {
      const environment = { EVERY_SECOND: '* * * * * *' };
      const host = await startHost({ appFolder, environment, ...options });
      hosts.push(host);
      return host;
    },
  };
}
