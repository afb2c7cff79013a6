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

/** Starts a watch. The first one patches the globals, and the end of the last one takes the patch back. */
export function watchedGlobals(): WatchedGlobals {
  const watcher: Watcher = { timeUses: [], timers: new Map(), listeners: [] }
  const patch = patches.get(globalThis) ?? patchGlobals()
  patches.set(globalThis, patch)
  patch.watchers++
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
      patch.watchers--
      if (patch.watchers > 0) return
      patch.undo()
      patches.delete(globalThis)
    },
  }
}

/** Whether the process still has the listener. A listener of `once` is a function around the one that was given. */
function isLeft({ event, listener }: Watcher['listeners'][number]): boolean {
  const all = runningProcess()?.rawListeners(event) ?? []
  return all.some((one) => one === listener || (one as { readonly listener?: unknown }).listener === listener)
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
  const undos = [
    ...watchTimers(storage),
    watchTime(storage, Date, 'Date.now()'),
    watchTime(storage, performance, 'performance.now()'),
    watchListeners(storage),
  ]
  const undo = (): void => {
    for (const undoOne of undos) undoOne()
  }
  return { storage, undo, watchers: 0 }
}

/** Replaces the functions that set and clear timers. Each watcher keeps the timers that its code has set. */
function watchTimers(storage: AsyncStorage<Watcher>): readonly (() => void)[] {
  const holder = globalThis as unknown as Globals
  /** The watcher of each pending timer: other code may clear it. */
  const owners = new Map<unknown, Watcher>()
  const forget = (timer: unknown): void => {
    owners.get(timer)?.timers.delete(timer)
    owners.delete(timer)
  }
  const watchSetter = (name: 'setTimeout' | 'setInterval'): (() => void) => {
    const real = holder[name]
    const set: SetTimer = (callback, ms, ...given) => {
      // `set`: the stack is read from its caller on.
      const seen = useIn(storage, set, `${name}(…, ${ms ?? 0})`)
      if (seen === undefined) return real(callback, ms, ...given) // code that isn't watched
      const { watcher, use } = seen
      const fireOnce: typeof callback = (...all) => {
        forget(timer) // it fires later, when `timer` is set
        callback(...all)
      }
      // An interval is left even if it has fired.
      const timer = real(name === 'setTimeout' ? fireOnce : callback, ms, ...given)
      watcher.timeUses.push(use)
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
  return [
    watchSetter('setTimeout'),
    watchSetter('setInterval'),
    watchClearer('clearTimeout'),
    watchClearer('clearInterval'),
  ]
}

/** Replaces the `now` of `Date` or `performance`. */
function watchTime(storage: AsyncStorage<Watcher>, owner: { now(): number }, call: string): () => void {
  const real = owner.now.bind(owner)
  const now = (): number => {
    const seen = useIn(storage, now, call)
    seen?.watcher.timeUses.push(seen.use)
    return real()
  }
  return replace(owner, 'now', now)
}

/** Listens to the process for new listeners, because its `on` has several names. */
function watchListeners(storage: AsyncStorage<Watcher>): () => void {
  const process = runningProcess()
  const onListener = (event: string, listener: Listener): void => {
    const seen = useIn(storage, process && Reflect.get(process, 'on'), `process.on('${event}', …)`)
    seen?.watcher.listeners.push({ event, listener, use: seen.use })
  }
  process?.on('newListener', onListener)
  return () => void process?.off('newListener', onListener)
}

/** The use of `callee` that is going on, if watched code makes it. */
function useIn(
  storage: AsyncStorage<Watcher>,
  callee: unknown,
  call: string,
): { readonly watcher: Watcher; readonly use: GlobalUse } | undefined {
  const watcher = storage.getStore()
  if (watcher === undefined) return undefined
  const caller = callerOf(callee)
  return caller === undefined ? undefined : { watcher, use: { call, where: caller.where } }
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

/** The place of the code that called `callee`. Undefined if that is a library, whose timers are not the interceptor's doing. */
function callerOf(callee: unknown): { readonly where: string | undefined } | undefined {
  const { captureStackTrace } = Error as { captureStackTrace?: (holder: object, callee: unknown) => void }
  if (captureStackTrace === undefined) return { where: undefined }
  const holder = { stack: '' }
  captureStackTrace(holder, callee)
  const [, ...frames] = holder.stack.split('\n')
  const frame = frames.find((line) => !BETWEEN.test(line)) ?? ''
  return LIBRARY.test(frame) ? undefined : { where: PLACE.exec(frame)?.[1] }
}

/** Frames between the caller and the global: an event emitter, and the `systemClock` of core. */
const BETWEEN = /node:events|[\\/]base[\\/]clock\.[jt]s:/
const LIBRARY = /[\\/]node_modules[\\/]|\bnode:/
const PLACE = /([^\\/()\s]+:\d+:\d+)\)?$/
