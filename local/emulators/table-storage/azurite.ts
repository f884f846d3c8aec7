// Starts Azurite in its thread and forwards calls to it.

import { mkdir } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { Worker } from 'node:worker_threads';
import type { Certificates } from '../certificates.ts';
import type { EmulatorAnswer, EmulatorCall } from '../emulator.ts';
import type { AzuriteMessage, AzuriteSettings } from './azurite-worker.ts';

export interface Azurite {
  /** Forwards a call unchanged, except for the headers that concern a single connection. */
  forward(call: EmulatorCall): Promise<EmulatorAnswer>;
  /** Saves the data and ends the thread. */
  close(): Promise<void>;
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te']);

/** Starts Azurite on a free port, with its data in `folder`, or in memory if that is null. */
export async function startAzurite(certificates: Certificates, folder: string | null): Promise<Azurite> {
  if (folder !== null) await mkdir(folder, { recursive: true });
  const workerData: AzuriteSettings = {
    certificateFile: certificates.certificateFile,
    keyFile: certificates.keyFile,
    folder,
  };
  const worker = new Worker(new URL('./azurite-worker.ts', import.meta.url), { workerData });
  const { port } = await answerOf(worker, (message) => ('port' in message ? message : undefined));
  const agent = new Agent({ keepAlive: true, ca: certificates.authority });
  return {
    forward: (call) => forward(call, port, agent),
    close: async () => {
      agent.destroy();
      const closed = answerOf(worker, (message) => ('closed' in message ? message : undefined));
      worker.postMessage('close');
      await closed;
      await worker.terminate();
    },
  };
}

/** Waits for a message; rejects if the thread ends first. */
function answerOf<T>(worker: Worker, pick: (message: AzuriteMessage) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: AzuriteMessage) => {
      const picked = pick(message);
      if (picked === undefined) return;
      settle();
      resolve(picked);
    };
    const onExit = (code: number) => fail(new Error(`Azurite ended with code ${code}.`));
    const fail = (error: unknown) => {
      settle();
      reject(error);
    };
    const settle = () => worker.off('message', onMessage).off('error', fail).off('exit', onExit);
    worker.on('message', onMessage).on('error', fail).on('exit', onExit);
  });
}

function forward(call: EmulatorCall, port: number, agent: Agent): Promise<EmulatorAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        host: '127.0.0.1',
        port,
        servername: 'localhost',
        method: call.method,
        path: call.url.pathname + call.url.search,
        headers: {
          ...Object.fromEntries(Object.entries(call.headers).filter(([name]) => !HOP_BY_HOP.has(name))),
          'content-length': call.body.length,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 502,
            headers: singleHeaders(response.headers),
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(call.body);
  });
}

function singleHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (HOP_BY_HOP.has(name) || name === 'content-length' || value === undefined) continue;
    single[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return single;
}
