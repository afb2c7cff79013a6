import { asyncStorage, runningProcess, type AsyncStorage, type Listener } from './runtime-module.ts'

/** A call of a global by watched code. */
export interface GlobalUse {
  /** The call, such as `setTimeout(…, 5)`. */
  readonly call: string
  /** Where the code is, such as `quota.ts:12:5`. */
  readonly where: string | undefined
}

/** Watches which global timers, times and process listeners some code uses. Code of `node_modules` is not watched. */
export interface WatchedGlobals {
  /** Calls `act`. It is watched, and so is what continues from it asynchronously. */
  within<T>(act: () => T): T
  /** Calls `act` in watched code, unwatched. */
  outside<T>(act: () => T): T
  readonly timeUses: readonly GlobalUse[]
  /** The timers that have neither fired nor been cleared. */
  readonly leftTimers: readonly GlobalUse[]
  readonly leftListeners: readonly GlobalUse[]
  /** Clears what is left, and ends the watch. */
  close(): void
}

interface Watcher {
  readonly timeUses: GlobalUse[]
  readonly timers: Map<unknown, GlobalUse>
  readonly listeners: { readonly event: string; readonly listener: Listener; readonly use: GlobalUse }[]
}

/** Watchers share one patch of the globals, because cases may run at the same time. */
interface Patch {
  readonly storage: AsyncStorage<Watcher>
  readonly undo: () => void
  watchers: number
}

const patches = new WeakMap<object, Patch>()

export function watchedGlobals(): WatchedGlobals {
  const watcher: Watcher = { timeUses: [], timers: new Map(), listeners: [] }
  const patch = patches.get(globalThis) ?? patchGlobals()
  patches.set(globalThis, patch)
  patch.watchers++
  const isLeft = ({ event, listener }: Watcher['listeners'][number]): boolean =>
    runningProcess()
      ?.rawListeners(event)
      .some((one) => one === listener || ownListener(one) === listener) === true
  return {
    within: (act) => patch.storage.run(watcher, act),
    outside: (act) => patch.storage.run(undefined, act),
    timeUses: watcher.timeUses,
    get leftTimers() {
      return [...watcher.timers.values()]
    },
    get leftListeners() {
      return watcher.listeners.filter(isLeft).map(({ use }) => use)
    },
    close() {
      for (const timer of watcher.timers.keys()) clearTimeout(timer as number)
      for (const { event, listener } of watcher.listeners) runningProcess()?.off(event, listener)
      if (--patch.watchers > 0) return
      patch.undo()
      patches.delete(globalThis)
    },
  }
}

type SetTimer = (callback: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => unknown
type ClearTimer = (timer: unknown) => void
interface Globals {
  setTimeout: SetTimer
  setInterval: SetTimer
  clearTimeout: ClearTimer
  clearInterval: ClearTimer
}

function patchGlobals(): Patch {
  const storage = asyncStorage<Watcher>() ?? synchronousStorage()
  const holder = globalThis as unknown as Globals
  /** The watcher that each pending timer belongs to: other code may clear it. */
  const owners = new Map<unknown, Watcher>()
  const forget = (timer: unknown): void => {
    owners.get(timer)?.timers.delete(timer)
    owners.delete(timer)
  }
  const watchSetter = (name: 'setTimeout' | 'setInterval'): (() => void) => {
    const real = holder[name]
    const set: SetTimer = (callback, ms, ...given) => {
      const watcher = storage.getStore()
      const caller = watcher === undefined ? undefined : callerOf(set)
      if (watcher === undefined || caller === undefined) return real(callback, ms, ...given)
      const use = { call: `${name}(…, ${ms ?? 0})`, where: caller.where }
      watcher.timeUses.push(use)
      const fire: typeof callback = (...all) => {
        if (name === 'setTimeout') forget(timer)
        callback(...all)
      }
      const timer = real(fire, ms, ...given)
      watcher.timers.set(timer, use)
      owners.set(timer, watcher)
      return timer
    }
    return replace(holder, name, Object.assign(set, real))
  }
  const watchClearer = (name: 'clearTimeout' | 'clearInterval'): (() => void) => {
    const real = holder[name]
    return replace(holder, name, (timer: unknown) => {
      forget(timer)
      real(timer)
    })
  }
  const watchTime = (owner: { now(): number }, call: string): (() => void) => {
    const real = owner.now.bind(owner)
    const now = (): number => {
      const watcher = storage.getStore()
      const caller = watcher === undefined ? undefined : callerOf(now)
      if (caller !== undefined) watcher?.timeUses.push({ call, where: caller.where })
      return real()
    }
    return replace(owner, 'now', now)
  }
  const onListener = (event: string, listener: Listener): void => {
    const watcher = storage.getStore()
    const caller = watcher === undefined ? undefined : callerOf(process && Reflect.get(process, 'on'))
    if (caller !== undefined)
      watcher?.listeners.push({ event, listener, use: { call: `process.on('${event}', …)`, where: caller.where } })
  }
  const process = runningProcess()
  const undos = [
    watchSetter('setTimeout'),
    watchSetter('setInterval'),
    watchClearer('clearTimeout'),
    watchClearer('clearInterval'),
    watchTime(Date, 'Date.now()'),
    watchTime(performance, 'performance.now()'),
  ]
  process?.on('newListener', onListener)
  return {
    storage,
    watchers: 0,
    undo: () => {
      for (const undo of undos) undo()
      process?.off('newListener', onListener)
    },
  }
}

/** Replaces a member, and returns what puts the former one back, unless other code has replaced it again. */
function replace<Name extends string>(holder: Record<Name, unknown>, name: Name, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name)
  Object.defineProperty(holder, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? false,
  })
  return () => {
    if (holder[name] !== value) return
    if (before === undefined) delete holder[name]
    else Object.defineProperty(holder, name, before)
  }
}

/** For runtimes without async contexts: watches what runs synchronously. */
function synchronousStorage(): AsyncStorage<Watcher> {
  let current: Watcher | undefined
  return {
    run(value, act) {
      const before = current
      current = value
      try {
        return act()
      } finally {
        current = before
      }
    },
    getStore: () => current,
  }
}

/** A listener of `once` is a function around the one that was given. */
const ownListener = (raw: Listener): unknown => (raw as { readonly listener?: unknown }).listener

/** The place of the code that called `callee`. Undefined if that is a library, whose timers are not the interceptor's doing. */
function callerOf(callee: unknown): { readonly where: string | undefined } | undefined {
  const holder: { stack?: string } = {}
  const { captureStackTrace } = Error as { captureStackTrace?: (holder: object, callee: unknown) => void }
  if (captureStackTrace === undefined) return { where: undefined }
  captureStackTrace(holder, callee)
  const frame =
    (holder.stack ?? '')
      .split('\n')
      .slice(1)
      .find((line) => !BETWEEN.test(line)) ?? ''
  if (LIBRARY.test(frame)) return undefined
  return { where: PLACE.exec(frame)?.[1] }
}

/** Frames between the caller and the global: an event emitter, and the `systemClock` of core. */
const BETWEEN = /node:events|[\\/]base[\\/]clock\.[jt]s:/
const LIBRARY = /[\\/]node_modules[\\/]|\bnode:/
const PLACE = /([^\\/()\s]+:\d+:\d+)\)?$/
