import { StageflowError, type Clock } from '@stageflow/core'

import { StartWindow } from './rate-limit.ts'
import type { Stop, Stops } from './tool-executor-stops.ts'
import type { ToolRateLimit } from './tool-types.ts'

export interface GateLimits {
  /** What is limited, for messages: `tool "search"`. */
  readonly name: string
  readonly concurrency: number
  readonly rateLimit: ToolRateLimit | undefined
  readonly maxWaiting: number
  /** Counts those that wait, here and at other gates. */
  readonly counts?: { waiting: number }
}

/** The right to run; whoever has it gives it back once, when it really has ended. */
export interface Slot {
  leave(): void
  /** Who holds it does not end although it was told to. */
  abandon(): void
}

interface Waiter {
  readonly clock: Clock
  start(): void
  refuse(error: StageflowError): void
}

/** Lets in so many at once, and so many within a time; the rest wait in the order in which they came. */
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

  /** A slot, or why none was waited for any longer. Rejects with `tools/queue-full` and `tools/blocked`; `again`: is not refused for a full queue. */
  enter(clock: Clock, stops: Stops, again = false): Promise<Slot | Stop> {
    if (stops.stop !== undefined) return Promise.resolve(stops.stop)
    if (this.#waiting.size === 0 && this.#waitMs(clock) === 0) return Promise.resolve(this.#take(clock))
    if (!again && this.#waiting.size >= this.#limits.maxWaiting) return Promise.reject(this.#full())
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        clock,
        start: () => {
          takeBack()
          resolve(this.#take(clock))
        },
        refuse: (error) => {
          takeBack()
          reject(error)
        },
      }
      const takeBack = stops.onStop((stop) => {
        this.#remove(waiter)
        resolve(stop)
        // The next may wait on a clock of its own, or for nothing at all.
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

  /** How long whoever is first has to wait; Infinity: until a slot is free. */
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
      'tools/queue-full',
      `The call was not made: ${maxWaiting} calls wait for ${name} already. Try again later, or raise its limits or maxWaiting.`,
    )
  }

  #blocked(): StageflowError {
    const { name, concurrency } = this.#limits
    return new StageflowError(
      'tools/blocked',
      `The call was not made: all ${concurrency} slots of ${name} are held by handlers that ignore their signal. Pass the signal on to what they wait for.`,
    )
  }
}
