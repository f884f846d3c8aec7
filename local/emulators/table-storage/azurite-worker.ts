// Azurite's Table service in its own thread: it scans tables on its event loop, which must not delay the other
// emulators. A thread and not a process, so that nothing is left running however this process ends. Azurite's
// server class is used instead of its command, since the command starts telemetry.

import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

/** The data that the thread is started with. */
export interface AzuriteSettings {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Where the data is kept; `null`: in memory. */
  readonly folder: string | null;
}

/** What the thread is told: to save all that has been written so far, or to save it and end. */
export type AzuriteOrder = { readonly save: number } | 'close';

/**
 * The thread's messages: its port once it listens; the number of an order to save once that is done, or why it is not;
 * `closed` once everything is saved and closed.
 */
export type AzuriteMessage =
  | { readonly port: number }
  | { readonly saved: number; readonly error: string | null }
  | { readonly closed: true };

/** The part of Azurite's server that is used here. */
interface TableServer {
  start(): Promise<void>;
  close(): Promise<void>;
  /** For example `https://127.0.0.1:40123`. */
  getHttpServerAddress(): string;
  /** Its database by LokiJS, which writes a new file and puts it in the place of the old one. */
  readonly metadataStore: { readonly db: { saveDatabase(done: (error?: unknown) => void): void } };
}

const KEEP_ALIVE_SECONDS = 60;
/** Azurite's telemetry: 2,800 of the 3,350 files that it loads, most of a second, and never started here. */
const TELEMETRY = 'applicationinsights';

if (parentPort !== null) await serve(parentPort, workerData);

async function serve(parent: NonNullable<typeof parentPort>, settings: AzuriteSettings): Promise<void> {
  const server = createServer(settings);
  await server.start();
  const tell = (message: AzuriteMessage): void => parent.postMessage(message);
  parent.on('message', async (order: AzuriteOrder) => {
    if (order === 'close') {
      await server.close();
      tell({ closed: true });
    } else
      server.metadataStore.db.saveDatabase((error) =>
        tell({ saved: order.save, error: error === undefined || error === null ? null : String(error) }),
      );
  });
  const { port } = new URL(server.getHttpServerAddress());
  tell({ port: Number(port) });
}

function createServer({ certificateFile, keyFile, folder }: AzuriteSettings): TableServer {
  // Azurite is CommonJS and has no types; the arguments are in the order of its main.js.
  const require = createRequire(import.meta.url);
  registerHooks({
    resolve: (specifier, context, next) => next(specifier === TELEMETRY ? 'node:module' : specifier, context),
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
    undefined, // stream of the access log
    undefined, // file of the debug log
    false, // loose mode: off, so unknown headers and parameters are refused
    false, // skip the check of the API version
    certificateFile,
    keyFile,
    undefined, // password of a .pfx file
    'basic', // tokens: check issuer, audience and times
    true, // the account's name is in the path, not in the host name
    folder === null, // in memory only
  );
  return new Server(configuration);
}
