// Azurite's Table service in a thread of its own: it scans tables on its event loop, and must not hold
// up the emulators beside it. A thread rather than a process, so that however this process ends, nothing
// is left running. Azurite's server class is used instead of its command: that starts no telemetry.

import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is started with. */
export interface AzuriteSettings {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Where the data is kept; `null`: nowhere. */
  readonly folder: string | null;
}

/** What the thread says: its port once it listens, and that all is saved and closed. */
export type AzuriteMessage = { readonly port: number } | { readonly closed: true };

/** The part of Azurite's server that is used here. */
interface TableServer {
  start(): Promise<void>;
  close(): Promise<void>;
  /** For example `https://127.0.0.1:40123`. */
  getHttpServerAddress(): string;
}

const KEEP_ALIVE_SECONDS = 60;
/** Azurite's telemetry: 2,800 of the 3,350 files that it loads, and never started here. */
const TELEMETRY = 'applicationinsights';

if (parentPort !== null) await serve(parentPort, workerData);

async function serve(
  parent: NonNullable<typeof parentPort>,
  settings: AzuriteSettings,
): Promise<void> {
  const server = createServer(settings);
  await server.start();
  parent.once('message', async () => {
    await server.close();
    parent.postMessage({ closed: true } satisfies AzuriteMessage);
  });
  const { port } = new URL(server.getHttpServerAddress());
  parent.postMessage({ port: Number(port) } satisfies AzuriteMessage);
}

function createServer({ certificateFile, keyFile, folder }: AzuriteSettings): TableServer {
  // Azurite is CommonJS and ships no types; the order of arguments is that of its main.js.
  const require = createRequire(import.meta.url);
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === TELEMETRY ? 'node:module' : specifier, context),
  });
  const { default: Server } = require('azurite/dist/src/table/TableServer.js');
  const { default: Configuration } = require('azurite/dist/src/table/TableConfiguration.js');
  const configuration = new Configuration(
    '127.0.0.1',
    0,
    KEEP_ALIVE_SECONDS,
    folder === null ? '' : join(folder, 'tables.json'),
    false, // debug log
    false, // access log
    undefined, // access log's stream
    undefined, // debug log's file
    false, // loose: unknown headers and parameters are refused
    false, // skip the check of the API version
    certificateFile,
    keyFile,
    undefined, // password of a .pfx file
    'basic', // tokens: issuer, audience and times are checked
    true, // the account's name is in the path, not in the host's name
    folder === null, // in memory only
  );
  return new Server(configuration);
}
