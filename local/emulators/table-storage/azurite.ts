// Starts Azurite in its thread and forwards calls to it.

import { mkdir } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { Worker } from 'node:worker_threads';
import type { Certificates } from '../certificates.ts';
import type { EmulatorAnswer, EmulatorCall } from '../emulator.ts';
import type { AzuriteMessage, AzuriteOrder, AzuriteSettings } from './azurite-worker.ts';

export interface Azurite {
  /**
   * Forwards a call unchanged, except for the headers that concern a single connection. What the answer confirms is on
   * disk by then, where there is a folder: as with the real service, it outlives whatever is killed.
   */
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
  const tell = (order: AzuriteOrder): void => worker.postMessage(order);
  const save = folder === null ? async () => undefined : saver(worker, tell);
  return {
    forward: async (call) => {
      const answer = await forward(call, port, agent);
      if (!['GET', 'HEAD'].includes(call.method) && answer.status < 400) await save();
      return answer;
    },
    close: async () => {
      agent.destroy();
      const closed = answerOf(worker, (message) => ('closed' in message ? message : undefined));
      tell('close');
      await closed;
      await worker.terminate();
    },
  };
}

/** Makes the thread save; several that are asked for meanwhile are one. */
function saver(worker: Worker, tell: (order: AzuriteOrder) => void): () => Promise<void> {
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let count = 0;
  worker.on('message', (message: AzuriteMessage) => {
    if (!('saved' in message)) return;
    const { resolve, reject } = waiting.get(message.saved) ?? {};
    waiting.delete(message.saved);
    if (message.error === null) resolve?.();
    else reject?.(new Error(`Azurite could not save its tables: ${message.error}`));
  });
  worker.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`Azurite ended with code ${code}.`));
  });
  return () => {
    const saved = Promise.withResolvers<void>();
    waiting.set(++count, saved);
    tell({ save: count });
    return saved.promise;
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
