import { AsyncLocalStorage, createHook } from 'node:async_hooks'

import { systemClock } from '@stageflow/core'

/** Watches which timers of the machine some code sets, and leaves behind. Code of `node_modules` and of Node isn't watched. */
export interface TimerWatch {
  /** Calls `act`. It is watched, and so is what continues from it asynchronously. */
  within<T>(act: () => T): T
  /** Where the timers were set that have neither fired nor been cleared, such as `exporter.ts:12:5`. */
  left(): Promise<readonly string[]>
  /** Ends the watch. */
  close(): void
}

/** The places of the timers that are pending, by the async ids of the timers. */
type Timers = Map<number, string>

const storage = new AsyncLocalStorage<Timers>()
const owners = new Map<number, Timers>()

// A hook, because code may import the functions from node:timers.
const hook = createHook({
  init(asyncId, type) {
    const timers = type === 'Timeout' ? storage.getStore() : undefined
    const place = timers && placeOfCaller()
    if (timers === undefined || place === undefined) return
    timers.set(asyncId, place)
    owners.set(asyncId, timers)
  },
  destroy(asyncId) {
    owners.get(asyncId)?.delete(asyncId)
    owners.delete(asyncId)
  },
})

/** The watches in progress: without one, no code of Node is slowed down by the hook. */
let watches = 0

export function watchTimers(): TimerWatch {
  if (watches++ === 0) hook.enable()
  const timers: Timers = new Map()
  return {
    within: (act) => storage.run(timers, act),
    async left() {
      // Node tells of a cleared timer in a later turn.
      for (let turn = 0; turn < 3; turn++) await storage.exit(() => systemClock.sleep(1))
      return [...timers.values()]
    },
    close() {
      if (--watches === 0) hook.disable()
    },
  }
}

/** The place that set the timer. Undefined if that is a library, whose timers are not the exporter's doing. */
function placeOfCaller(): string | undefined {
  const [, ...frames] = new Error('only for its stack').stack?.split('\n') ?? []
  const caller = frames.slice(frames.findIndex((frame) => TIMERS.test(frame))).find((frame) => !BETWEEN.test(frame))
  return caller === undefined || LIBRARY.test(caller) ? undefined : (PLACE.exec(caller)?.[1] ?? 'an unknown place')
}

const TIMERS = /node:timers/
/** Frames between the caller and the timer: Node's own, and the `systemClock` of core. */
const BETWEEN = /node:timers|node:internal[\\/]timers|[\\/]base[\\/]clock\.[jt]s:/
const LIBRARY = /[\\/]node_modules[\\/]|\bnode:/
const PLACE = /([^\\/()\s]+:\d+:\d+)\)?$/
