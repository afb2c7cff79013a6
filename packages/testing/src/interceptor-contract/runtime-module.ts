interface Runtime {
  readonly process?: ProcessEvents & { getBuiltinModule?(name: string): unknown }
}

/** The events of a Node process, as far as the contracts use them. */
export interface ProcessEvents {
  on(event: string, listener: Listener): unknown
  off(event: string, listener: Listener): unknown
  rawListeners(event: string): readonly Listener[]
}
export type Listener = (...given: never[]) => void

/** The process of Node, Deno or Bun. Undefined in browsers. */
export const runningProcess = (): ProcessEvents | undefined => (globalThis as unknown as Runtime).process

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

/** An async context. Undefined in runtimes that have none, such as browsers. */
export function asyncStorage<Value>(): AsyncStorage<Value> | undefined {
  const hooks = runtimeModule<{ readonly AsyncLocalStorage: new () => AsyncStorage<Value> }>('node:async_hooks')
  return hooks === undefined ? undefined : new hooks.AsyncLocalStorage()
}

/** Collects garbage. Undefined in runtimes that can't be told to. */
export function garbageCollector(): (() => void) | undefined {
  const { gc } = globalThis as { readonly gc?: () => void }
  if (typeof gc === 'function') return gc
  const v8 = runtimeModule<{ setFlagsFromString(flag: string): void }>('node:v8')
  const vm = runtimeModule<{ runInNewContext(code: string): unknown }>('node:vm')
  if (v8 === undefined || vm === undefined) return undefined
  v8.setFlagsFromString('--expose-gc')
  const found = vm.runInNewContext(`typeof gc === 'function' ? gc : undefined`)
  return found as (() => void) | undefined
}
