import { StageflowError, type Clock } from '@stageflow/core'
import type { ToolRateLimit } from '@stageflow/tools'

import type { Stop, Stops } from './stops.ts'

export interface GateLimits {
  /** Names it in messages: `tool "search"`. */
  readonly name: string
  readonly concurrency: number
  readonly rateLimit: ToolRateLimit | undefined
  readonly maxWaiting: number
  /** Counts the waiting calls of all gates. */
  readonly counts?: { waiting: number }
}

/** The right to run. Its holder gives it back when its code has returned. */
export interface Slot {
  leave(): void
  /** Marks it as held by code that ignores its signal. */
  abandon(): void
}

interface Waiter {
  readonly clock: Clock
  start(): void
  refuse(error: StageflowError): void
}

/** Limits how many calls run at once and how many start within a time. The others wait, first come, first served. */
export class Gate {
  readonly #limits: GateLimits
  readonly #starts: StartWindow | undefined
  readonly #waiting = new Set<Waiter>()
  #running = 0
  #abandoned = 0
  #stopTimer: (() => void) | undefined

  constructor(limits: GateLimits) {
    this.#limits = limits
    this.#starts = limits.rateLimit === undefined ? undefined : new StartWindow(limits.rateLimit)
  }

  /** Waits for a slot, or returns the reason that ended the wait. Rejects with `tool-executor/full`, unless `again`, and `tool-executor/blocked`. */
  enter(clock: Clock, stops: Stops, again = false): Promise<Slot | Stop> {
    if (stops.stop !== undefined) return Promise.resolve(stops.stop)
    if (this.#waiting.size === 0 && this.#waitMs(clock) === 0) return Promise.resolve(this.#take(clock))
    if (!again && this.#waiting.size >= this.#limits.maxWaiting) return Promise.reject(this.#full())
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        clock,
        start: () => {
          remove()
          resolve(this.#take(clock))
        },
        refuse: (error) => {
          remove()
          reject(error)
        },
      }
      const remove = stops.onStop((stop) => {
        this.#remove(waiter)
        resolve(stop)
        // The next one may wait on a clock of its own, or be able to start.
        this.#next()
      })
      this.#waiting.add(waiter)
      if (this.#limits.counts !== undefined) this.#limits.counts.waiting++
      this.#next()
    })
  }

  #remove(waiter: Waiter): void {
    this.#waiting.delete(waiter)
    if (this.#limits.counts !== undefined) this.#limits.counts.waiting--
  }

  #take(clock: Clock): Slot {
    this.#running++
    this.#starts?.add(clock)
    let state: 'held' | 'abandoned' | 'left' = 'held'
    return {
      leave: () => {
        if (state === 'left') return
        if (state === 'abandoned') this.#abandoned--
        state = 'left'
        this.#running--
        this.#next()
      },
      abandon: () => {
        if (state !== 'held') return
        state = 'abandoned'
        this.#abandoned++
        this.#next()
      },
    }
  }

  /** How long the first one waits, in ms; Infinity: until a slot is free. */
  #waitMs(clock: Clock): number {
    if (this.#running >= this.#limits.concurrency) return Infinity
    return this.#starts?.waitMs(clock) ?? 0
  }

  #next(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    for (const waiter of this.#waiting) {
      if (this.#abandoned >= this.#limits.concurrency) {
        this.#remove(waiter)
        waiter.refuse(this.#blocked())
        continue
      }
      const waitMs = this.#waitMs(waiter.clock)
      if (waitMs === 0) {
        this.#remove(waiter)
        waiter.start()
        continue
      }
      if (waitMs !== Infinity) this.#stopTimer = waiter.clock.setTimeout(() => this.#next(), waitMs)
      return
    }
  }

  #full(): StageflowError {
    const { name, maxWaiting } = this.#limits
    return new StageflowError(
      'tool-executor/full',
      `The call was not made: ${maxWaiting} calls already wait for ${name}. Try again later, or raise its limits or maxWaiting.`,
    )
  }

  #blocked(): StageflowError {
    const { name, concurrency } = this.#limits
    return new StageflowError(
      'tool-executor/blocked',
      `The call was not made: all ${concurrency} slots of ${name} are held by handlers that ignore their signal. Pass context.signal on to what they wait for.`,
    )
  }
}

/** Remembers when calls started, for a limit of so many within any so many ms. Each clock has its own time. */
class StartWindow {
  readonly #limit: number
  readonly #perMs: number
  readonly #starts = new WeakMap<Clock, number[]>()

  constructor({ calls, perMs }: ToolRateLimit) {
    this.#limit = calls
    this.#perMs = perMs
  }

  /** How long until another call may start, in ms; 0: now. */
  waitMs(clock: Clock): number {
    const starts = this.#starts.get(clock)
    if (starts === undefined) return 0
    const now = clock.now()
    this.#forget(starts, now)
    if (starts.length < this.#limit) return 0
    const waitMs = (starts[starts.length - this.#limit] as number) + this.#perMs - now
    // A rest of less than a millisecond must not become an endless row of timers of 0 ms.
    return waitMs <= 0 ? 0 : Math.max(1, waitMs)
  }

  add(clock: Clock): void {
    const starts = this.#starts.get(clock) ?? []
    if (starts.length === 0) this.#starts.set(clock, starts)
    starts.push(clock.now())
  }

  #forget(starts: number[], now: number): void {
    const first = starts.findIndex((start) => now - start < this.#perMs)
    starts.splice(0, first === -1 ? starts.length : first)
  }
}
