// The Node.js worker: provides the module `@azure/functions-core` to the app, registers its functions and hooks,
// and runs invocations as the real worker does (src/eventHandlers/InvocationHandler.ts there).

import Module from 'node:module';
import {
  type CoreInvocationContext,
  Disposable,
  type FunctionCallback,
  type FunctionMetadata,
  type HookCallback,
  type InvocationRequest,
  type InvocationResponse,
  type LogCategory,
  type ProgrammingModel,
  SystemError,
} from './core-api.ts';
import type { Log, LogLevel } from './log.ts';

/** The versions of a current host, which the app can read. */
const WORKER_VERSION = '3.12.0';
export const HOST_VERSION = '4.1043.100.25451';

export interface RegisteredFunction {
  readonly id: string;
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

const HOOKS = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const;
type HookName = (typeof HOOKS)[number];

export class Worker {
  readonly functions = new Map<string, RegisteredFunction>();
  readonly #hooks = new Map<HookName, HookCallback[]>(HOOKS.map((name) => [name, []]));
  readonly #log: Log;
  /** The first is shared by the hooks of all scopes, the second only by those of the app. */
  readonly #appHookData = {};
  readonly #appLevelOnlyHookData = {};
  #model: ProgrammingModel | undefined;
  #locked = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Makes `require('@azure/functions-core')` return this worker's API everywhere in this process. */
  provideCoreModule(): void {
    const api = {
      version: WORKER_VERSION,
      hostVersion: HOST_VERSION,
      registerHook: (name: string, callback: HookCallback) => this.#registerHook(name, callback),
      registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) =>
        this.#registerFunction(metadata, callback),
      setProgrammingModel: (model: ProgrammingModel) => {
        this.#model = model;
      },
      getProgrammingModel: () => this.#model,
      log: (level: LogLevel, category: LogCategory, message: string) => this.#write(level, category, message),
      Disposable,
    };
    Module.prototype.require = new Proxy(Module.prototype.require, {
      apply: (target, self, args: [string]) =>
        args[0] === '@azure/functions-core' ? api : Reflect.apply(target, self, args),
    });
  }

  /** Runs the `appStart` hooks. Afterwards no more functions can be registered. */
  async finishStart(appFolder: string): Promise<void> {
    await this.#runHooks('appStart', this.#appContext({ functionAppDirectory: appFolder }));
    this.#locked = true;
    const capabilities = await this.#model?.getCapabilities?.({ RpcHttpBodyOnly: 'true' });
    if (capabilities?.HttpUri !== undefined)
      throw new SystemError('This host does not support HTTP streaming. Set enableHttpStream to false.');
  }

  async terminate(): Promise<void> {
    await this.#runHooks('appTerminate', this.#appContext({}));
  }

  /** Runs one invocation with its hooks. Rejects with what the function threw. */
  async invoke({ metadata, callback }: RegisteredFunction, request: InvocationRequest): Promise<InvocationResponse> {
    if (this.#model === undefined) throw new SystemError('No programming model has been set.');
    let invocationContext: object | undefined;
    const core: CoreInvocationContext = {
      invocationId: request.invocationId,
      request,
      metadata,
      state: undefined,
      log: (level, category, message) =>
        this.#write(level, category, message, {
          functionName: metadata.name,
          invocationId: request.invocationId,
          ...(invocationContext === undefined ? {} : { invocationContext }),
        }),
    };
    const model = await this.#model.getInvocationModel(core);
    const { context, inputs } = await model.getArguments();
    invocationContext = context;

    const fixed = {
      hookData: {},
      appHookData: this.#appHookData,
      invocationContext: context,
    };
    const before = readOnly({ functionCallback: callback, inputs }, fixed);
    await this.#inState(core, 'preInvocationHooks', () => this.#runHooks('preInvocation', before));

    const after = readOnly<{ inputs: unknown[]; result: unknown; error: unknown }, typeof fixed>(
      { inputs: before.inputs, result: null, error: null },
      fixed,
    );
    await this.#inState(core, 'invocation', async () => {
      try {
        after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
      } catch (error) {
        after.error = error;
      }
    });
    await this.#inState(core, 'postInvocationHooks', () => this.#runHooks('postInvocation', after));
    if (after.error !== null && after.error !== undefined) throw after.error;
    return model.getResponse(context, after.result);
  }

  #registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    if (this.#locked) throw new SystemError('A function can only be registered during app startup.');
    const id = metadata.functionId ?? metadata.name;
    if (this.functions.has(id)) throw new SystemError(`A function with id "${id}" has already been registered.`);
    this.functions.set(id, { id, metadata, callback });
    return new Disposable(() => {
      if (this.#locked) throw new SystemError('A function can only be disposed during app startup.');
      this.functions.delete(id);
    });
  }

  #registerHook(name: string, callback: HookCallback): Disposable {
    const hooks = this.#hooks.get(HOOKS.find((known) => known === name) ?? unknownHook(name)) ?? [];
    hooks.push(callback);
    return new Disposable(() => {
      const index = hooks.indexOf(callback);
      if (index >= 0) hooks.splice(index, 1);
    });
  }

  async #runHooks(name: HookName, context: object): Promise<void> {
    for (const callback of this.#hooks.get(name) ?? []) await callback(context);
  }

  #appContext(more: object): object {
    return readOnly(more, {
      hookData: this.#appLevelOnlyHookData,
      appHookData: this.#appHookData,
    });
  }

  async #inState(
    core: CoreInvocationContext,
    state: NonNullable<CoreInvocationContext['state']>,
    work: () => Promise<void>,
  ): Promise<void> {
    core.state = state;
    try {
      await work();
    } finally {
      core.state = undefined;
    }
  }

  /** Log hooks can change what the app's own code logs, but not the messages of the system. */
  #write(
    level: LogLevel,
    category: LogCategory,
    message: string,
    of: { functionName?: string; invocationId?: string; invocationContext?: object } = {},
  ): void {
    const { invocationContext, ...origin } = of;
    const context = readOnly(
      { level, message },
      { hookData: {}, appHookData: this.#appHookData, category, invocationContext },
    );
    try {
      for (const callback of this.#hooks.get('log') ?? []) callback(context);
    } catch {
      // A failing hook must not prevent a message from being logged.
    }
    const shown = category === 'user' ? context : { level, message };
    this.#log({
      source: category === 'user' ? 'user' : 'system',
      level: shown.level,
      message: shown.message,
      ...origin,
    });
  }
}

function unknownHook(name: string): never {
  throw new RangeError(`Unrecognized hook "${name}"`);
}

/** `changing` with additional properties that a hook can read but not replace. */
function readOnly<Changing extends object, Fixed extends object>(
  changing: Changing,
  fixed: Fixed,
): Changing & Readonly<Fixed> {
  for (const [name, value] of Object.entries(fixed)) {
    Object.defineProperty(changing, name, {
      enumerable: true,
      get: () => value,
      set: () => {
        throw new TypeError(`Cannot assign to read only property '${name}'`);
      },
    });
  }
  // The properties have just been defined.
  return changing as Changing & Readonly<Fixed>;
}
