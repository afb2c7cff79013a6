/** Runs code in the async context in which this function was made. */
export type InContext = <Result>(code: () => Result) => Result

interface Runtime {
  readonly process?: {
    getBuiltinModule?(name: string): { readonly AsyncLocalStorage: { snapshot(): InContext } } | undefined
  }
}

/** Keeps the async context of this moment, in runtimes that have them. */
export const thisContext = (): InContext =>
  (globalThis as Runtime).process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage.snapshot() ??
  ((code) => code())
