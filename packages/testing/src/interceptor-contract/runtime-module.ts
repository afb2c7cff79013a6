interface Runtime {
  readonly process?: RuntimeProcess & { getBuiltinModule?(name: string): unknown }
}

/** A Node process, as far as the contracts use it. */
export interface RuntimeProcess {
  readonly env: Record<string, unknown>
  on(event: string, listener: Listener): unknown
  off(event: string, listener: Listener): unknown
  rawListeners(event: string): readonly Listener[]
  readonly hrtime: (before?: readonly [number, number]) => [number, number]
  uptime(): number
  memoryUsage(): { readonly heapUsed: number; readonly external: number }
}
export type Listener = (...given: never[]) => void

/** The process of Node, Deno or Bun. Undefined in browsers. */
export const runningProcess = (): RuntimeProcess | undefined => (globalThis as unknown as Runtime).process

/** A module of Node, without an import that browsers could not resolve. Undefined if the runtime lacks it. */
function runtimeModule<Module>(name: string): Module | undefined {
  const { process } = globalThis as unknown as Runtime
  return process?.getBuiltinModule?.(name) as Module | undefined
}

/** The part of `AsyncLocalStorage` that the contracts use. */
export interface AsyncStorage<Value> {
  run<Result>(value: Value | undefined, act: () => Result): Result
  getStore(): Value | undefined
}
/** What all instances of `AsyncLocalStorage` inherit. */
export interface AsyncStoragePrototype {
  readonly enterWith: (this: AsyncStorage<unknown>, value: unknown) => void
}

interface AsyncHooks {
  readonly AsyncLocalStorage: { new (): AsyncStorage<never>; readonly prototype: AsyncStoragePrototype }
  createHook?(hooks: object): { enable(): void; disable(): void }
}
const asyncHooks = (): AsyncHooks | undefined => runtimeModule('node:async_hooks')

/**
 * Returns a function for an async context that all its callers share: in Node, each context that was ever entered makes those that
 * are entered later slower. It returns undefined in runtimes that have none, such as browsers.
 */
export function sharedStorage<Value>(): () => AsyncStorage<Value> | undefined {
  let shared: AsyncStorage<Value> | undefined
  return () => {
    const hooks = asyncHooks()
    if (hooks === undefined) return undefined
    return (shared ??= new hooks.AsyncLocalStorage() as AsyncStorage<unknown> as AsyncStorage<Value>)
  }
}

/** Undefined in runtimes without async contexts. */
export const asyncStoragePrototype = (): AsyncStoragePrototype | undefined => asyncHooks()?.AsyncLocalStorage.prototype

/** A timer or an immediate of Node. */
export interface TimerResource {
  readonly _idleTimeout?: number
  readonly _repeat?: number | null
  /** It has fired or was cleared. */
  readonly _destroyed?: boolean
}

/**
 * Calls `onTimer` for each timer and immediate that Node makes, whichever way code got hold of `setTimeout`. Returns a function that
 * ends that. Does nothing in other runtimes. `callee`: what the code called is above it on the stack.
 */
export function watchTimerResources(
  onTimer: (type: 'Timeout' | 'Immediate', timer: TimerResource, callee: unknown) => void,
): () => void {
  const init = (_id: number, type: string, _trigger: number, timer: TimerResource): void => {
    if (type === 'Timeout' || type === 'Immediate') onTimer(type, timer, init)
  }
  const hook = asyncHooks()?.createHook?.({ init, trackPromises: false })
  hook?.enable()
  return () => hook?.disable()
}

let collectGarbage: (() => void) | undefined

/** Collects garbage. Undefined in runtimes that can't be told to. */
export function garbageCollector(): (() => void) | undefined {
  const { gc } = globalThis as { readonly gc?: () => void }
  if (typeof gc === 'function') return gc
  const v8 = runtimeModule<{ setFlagsFromString(flag: string): void }>('node:v8')
  const vm = runtimeModule<{ runInNewContext(code: string): unknown }>('node:vm')
  if (v8 === undefined || vm === undefined) return undefined
  v8.setFlagsFromString('--expose-gc')
  // A new context costs time and memory.
  return (collectGarbage ??= vm.runInNewContext(`typeof gc === 'function' ? gc : undefined`) as typeof collectGarbage)
}
