// What is wrong before the first invocation, as an error in the log of the app. The Functions host takes a line of
// stderr for an error only where certain words are in it, and for a warning where "warn" is
// (https://github.com/Azure/azure-functions-host, WorkerProcess.ParseErrorMessageAndLog); what the app logs for no
// invocation it ignores, unless it is of the category `system` (GrpcWorkerChannel.Log, SystemLog).

/** The part of the worker's own module that is used here. */
interface Worker {
  log(level: 'error', category: 'system', message: string): void;
}

/** Logs it as an error; to stderr where there is no worker. */
export async function logAtStart(message: string): Promise<void> {
  try {
    // @ts-expect-error No package: the worker answers when this is loaded.
    const worker: Worker = await import('@azure/functions-core');
    worker.log('error', 'system', message);
  } catch {
    console.error(message);
  }
}
