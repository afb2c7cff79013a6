import {
  asyncStoragePrototype,
  runningProcess,
  sharedStorage,
  watchTimerResources,
  type AsyncStorage,
  type Listener,
  type TimerResource,
} from './runtime-module.ts'

/** A call of a global by watched code. */
export interface GlobalUse {
  /** The call, such as `setTimeout(…, 5)`. */
  readonly call: string
  /** Where the code is, such as `quota.ts:12:5`. */
  readonly where: string | undefined
}

/**
 * Watches which global timers, times, process listeners and async contexts some code uses. Code of `node_modules` is not watched.
 */
export interface WatchedGlobals {
  /** Calls `act`. It is watched, and so is what continues from it asynchronously. */
  within<T>(act: () => T): T
  /** Calls `act` in watched code, unwatched. */
  outside<T>(act: () => T): T
  /** Whether watched code runs now. */
  readonly isWithin: boolean
  readonly timeUses: readonly GlobalUse[]
  /** Async contexts that a call had entered and not left when it returned, so that its caller goes on in them. */
  readonly leftContexts: readonly GlobalUse[]
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
  /** The async contexts that the call in progress has entered, with their values before. */
  entered: Map<AsyncStorage<unknown>, { readonly before: unknown; readonly use: GlobalUse }>
  readonly leftContexts: GlobalUse[]
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
  const watcher: Watcher = { timeUses: [], timers: new Map(), listeners: [], entered: new Map(), leftContexts: [] }
  const patch = patches.get(globalThis) ?? patchGlobals()
  patches.set(globalThis, patch)
  patch.watchers++
  return {
    within: (act) => patch.storage.run(watcher, () => leavingContexts(watcher, act)),
    outside: (act) => patch.storage.run(undefined, act),
    get isWithin() {
      return patch.storage.getStore() === watcher
    },
    timeUses: watcher.timeUses,
    leftContexts: watcher.leftContexts,
    get leftTimers() {
      return [...watcher.timers].filter(([timer]) => !hasFired(timer)).map(([, use]) => use)
    },
    get leftListeners() {
      return watcher.listeners.filter(isLeft).map(({ use }) => use)
    },
    close() {
      for (const timer of watcher.timers.keys()) clear(timer)
      for (const { event, listener } of watcher.listeners) runningProcess()?.off(event, listener)
      patch.watchers--
      if (patch.watchers > 0) return
      patch.undo()
      patches.delete(globalThis)
    },
  }
}

/** Node says it of its timers. Others are forgotten when they fire. */
const hasFired = (timer: unknown): boolean => (timer as TimerResource)._destroyed === true

function clear(timer: unknown): void {
  clearTimeout(timer as number)
  const { clearImmediate } = globalThis as { readonly clearImmediate?: (timer: unknown) => void }
  clearImmediate?.(timer)
}

/** More uses say nothing new, and would need memory with every run. */
const MOST_USES = 1_000
function keep(uses: GlobalUse[], use: GlobalUse): void {
  if (uses.length < MOST_USES) uses.push(use)
}

/** Calls `act`, and notes the async contexts in which it leaves its caller. */
function leavingContexts<T>(watcher: Watcher, act: () => T): T {
  const outer = watcher.entered
  watcher.entered = new Map()
  try {
    return act()
  } finally {
    for (const [storage, { before, use }] of watcher.entered) {
      if (storage.getStore() === before) continue
      keep(watcher.leftContexts, use)
      asyncStoragePrototype()?.enterWith.call(storage, before)
    }
    watcher.entered = outer
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

const watcherStorage = sharedStorage<Watcher>()

function patchGlobals(): Patch {
  const storage = watcherStorage() ?? synchronousStorage()
  const undos = [
    ...watchTimers(storage),
    ...watchTimes(storage),
    watchDate(storage),
    watchListeners(storage),
    watchContexts(storage),
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
  /** Set while a replaced function makes a timer. */
  let isSetting = false
  const forget = (timer: unknown): void => {
    owners.get(timer)?.timers.delete(timer)
    owners.delete(timer)
  }
  const watchSetter = (name: 'setTimeout' | 'setInterval'): (() => void) => {
    const setReal = holder[name]
    const real: SetTimer = (...given) => {
      isSetting = true
      try {
        return setReal(...given)
      } finally {
        isSetting = false
      }
    }
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
      keep(watcher.timeUses, use)
      watcher.timers.set(timer, use)
      owners.set(timer, watcher)
      return timer
    }
    return replace(holder, name, Object.assign(set, setReal))
  }
  const watchClearer = (name: 'clearTimeout' | 'clearInterval'): (() => void) => {
    const real = holder[name]
    return replace(holder, name, (timer: unknown) => {
      forget(timer)
      real(timer)
    })
  }
  // Code may have kept setTimeout in a variable, or import it from node:timers or node:timers/promises.
  const onTimer = (type: 'Timeout' | 'Immediate', timer: TimerResource, callee: unknown): void => {
    if (isSetting) return
    const seen = useIn(storage, callee, callOf(type, timer))
    if (seen?.use.where === undefined) return // Node's own
    if (seen !== undefined) keep(seen.watcher.timeUses, seen.use)
    if (seen.watcher.timers.size < MOST_USES) seen.watcher.timers.set(timer, seen.use)
  }
  return [
    watchTimerResources(onTimer),
    watchSetter('setTimeout'),
    watchSetter('setInterval'),
    watchClearer('clearTimeout'),
    watchClearer('clearInterval'),
  ]
}

function callOf(type: 'Timeout' | 'Immediate', { _repeat, _idleTimeout = 0 }: TimerResource): string {
  if (type === 'Immediate') return 'setImmediate(…)'
  return `${typeof _repeat === 'number' ? 'setInterval' : 'setTimeout'}(…, ${_idleTimeout})`
}

/** Replaces the functions that return a time. */
function watchTimes(storage: AsyncStorage<Watcher>): readonly (() => void)[] {
  const undos = [
    watchCall(storage, Date, 'now', 'Date.now()'),
    watchCall(storage, performance, 'now', 'performance.now()'),
  ]
  const process = runningProcess()
  if (process !== undefined) {
    undos.push(
      watchCall(storage, process, 'hrtime', 'process.hrtime()'),
      watchCall(storage, process.hrtime, 'bigint', 'process.hrtime.bigint()'),
      watchCall(storage, process, 'uptime', 'process.uptime()'),
    )
  }
  const { Temporal } = globalThis as { readonly Temporal?: { readonly Now: object } }
  for (const name of Object.getOwnPropertyNames(Temporal?.Now ?? {}))
    if (name !== 'timeZoneId') undos.push(watchCall(storage, Temporal?.Now, name, `Temporal.Now.${name}()`))
  return undos
}

/** Replaces a function that returns a time. */
function watchCall(storage: AsyncStorage<Watcher>, owner: object | undefined, name: string, call: string): () => void {
  const holder = owner as Record<string, unknown> | undefined
  const real = holder?.[name]
  if (holder === undefined || typeof real !== 'function') return () => {}
  const replacement = (...given: unknown[]): unknown => {
    const seen = useIn(storage, replacement, call)
    if (seen !== undefined) keep(seen.watcher.timeUses, seen.use)
    return Reflect.apply(real, holder, given)
  }
  return replace(holder, name, Object.assign(replacement, real))
}

/** Replaces `Date`, which returns the current time if it is called without arguments. */
function watchDate(storage: AsyncStorage<Watcher>): () => void {
  const holder = globalThis as unknown as Record<'Date', unknown>
  const saw = (callee: unknown, call: string): void => {
    const seen = useIn(storage, callee, call)
    if (seen !== undefined) keep(seen.watcher.timeUses, seen.use)
  }
  const construct = (real: DateConstructor, given: unknown[], newTarget: Function): object => {
    if (given.length === 0) saw(construct, 'new Date()')
    return Reflect.construct(real, given, newTarget) as object
  }
  const apply = (real: DateConstructor): string => {
    saw(apply, 'Date()')
    return real()
  }
  return replace(holder, 'Date', new Proxy(Date, { construct, apply }))
}

/** Replaces `enterWith`, which changes the async context of the code that called the caller too. */
function watchContexts(storage: AsyncStorage<Watcher>): () => void {
  const prototype = asyncStoragePrototype()
  if (prototype === undefined) return () => {}
  const real = prototype.enterWith
  function enterWith(this: AsyncStorage<unknown>, value: unknown): void {
    const seen = this === (storage as AsyncStorage<unknown>) ? undefined : useIn(storage, enterWith, 'enterWith(…)')
    const { entered } = seen?.watcher ?? {}
    if (seen !== undefined && entered?.has(this) === false)
      entered.set(this, { before: this.getStore(), use: seen.use })
    real.call(this, value)
  }
  return replace(prototype as unknown as Record<'enterWith', unknown>, 'enterWith', enterWith)
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

const replacements = new WeakSet<object>()
/** Whether a watch has put this value in the place of a member. */
export const isReplacement = (value: unknown): boolean => replacements.has(value as object)

/** Replaces a member, and returns what puts the former one back, unless other code has replaced it again. */
function replace<Name extends string>(holder: Record<Name, unknown>, name: Name, value: object): () => void {
  replacements.add(value)
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

/** Frames between the caller and the global: an event emitter, the timers of Node, and the `systemClock` of core. */
const BETWEEN =
  /node:(?:events|timers|internal\/(?:async_hooks|timers|abort_controller))|\(<anonymous>\)|[\\/]base[\\/]clock\.[jt]s:/
const LIBRARY = /[\\/]node_modules[\\/]|\bnode:/
const PLACE = /([^\\/()\s]+:\d+:\d+)\)?$/
