import { StageflowError, type Clock } from '@stageflow/core'
import { checkOptions, show, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { SEED, seededRandom } from '../random/seeded-random.ts'
import { abortableSleep } from './abortable-sleep.ts'
import { eventLoopTurns, type EventLoopTurns } from './event-loop-turns.ts'
import { timerQueue, type Timer } from './timer-queue.ts'

export interface ManualClockOptions {
  /** What `now()` returns at first, in ms. Default: 0. */
  readonly startAt?: number
  /** Shuffles timers that are due at the same instant; a seed always gives the same order. Default: they fire in the order they were set. */
  readonly seed?: number
  /** Maximum number of timers that one call fires, for code that sets timers without end. Default: 100,000. */
  readonly maxTimers?: number
}

/** A timer that was set, and has neither fired nor been cleared. */
export interface PendingTimer {
  readonly kind: 'timer' | 'sleep'
  readonly setAt: number
  readonly dueAt: number
}

/** A clock that only moves when a test moves it. */
export interface ManualClock extends Clock {
  /** How many timers and sleeps are pending. */
  readonly pending: number
  /** The pending timers and sleeps, in the order in which they fire. `expect(clock.timers).toEqual([])` shows what was left behind. */
  readonly timers: readonly PendingTimer[]
  /** Moves time by `ms`: fires due timers in order, and lets promises settle before, between and after them. */
  advance(ms: number): Promise<void>
  /** Like `advance`, to a point in time. */
  advanceTo(time: number): Promise<void>
  /** Lets promises settle and fires timers that are due now. No time passes. */
  settle(): Promise<void>
  /** Moves time until no timer is left that can fire. */
  runAll(): Promise<void>
}

const RULES: OptionRules<ManualClockOptions> = {
  startAt: [Number.isFinite, 'a finite number of milliseconds'],
  seed: SEED,
  maxTimers: whole(1),
}

/** Makes a clock for tests. It moves only by its methods, and timers always fire in the same order. */
export function manualClock(options: ManualClockOptions = {}): ManualClock {
  checkOptions('manualClock()', 'testing/illegal-option', options, RULES)
  const { startAt = 0, seed, maxTimers = 100_000 } = options
  const queue = timerQueue()
  const random = seed === undefined ? undefined : seededRandom({ seed })
  let time = startAt
  let count = 0
  let lastCall: Promise<unknown> = Promise.resolve()

  function set(kind: PendingTimer['kind'], callback: () => void, ms: number): () => void {
    const timer: Timer = {
      kind,
      setAt: time,
      dueAt: time + checkedDelay(kind, ms),
      rank: random?.() ?? 0,
      count: ++count,
      callback,
      slot: -1,
    }
    queue.add(timer)
    return () => queue.remove(timer)
  }

  /** Queues calls: one that wasn't awaited finishes before the next one moves time. */
  function oneAtATime(move: (turns: EventLoopTurns) => Promise<void>): Promise<void> {
    const call = lastCall.then(async () => {
      const turns = eventLoopTurns()
      try {
        await turns.next() // code that is ready sets its timers before time moves
        await move(turns)
      } finally {
        turns.close()
      }
    })
    lastCall = call.catch(() => {})
    return call
  }

  /** The next timer that fires until `target`. A timer that is set for Infinity never does. */
  function nextDue(target: number): Timer | undefined {
    const first = queue.first()
    return first !== undefined && first.dueAt <= target && first.dueAt < Infinity ? first : undefined
  }

  async function fireUntil(target: number, turns: EventLoopTurns): Promise<void> {
    let fired = 0
    for (let next = nextDue(target); next !== undefined; next = nextDue(target)) {
      fired++
      if (fired > maxTimers) throw endlessTimers(maxTimers, time, queue.inOrder())
      queue.remove(next)
      time = Math.max(time, next.dueAt)
      next.callback()
      await turns.next()
    }
  }

  function advanceTo(target: () => number): Promise<void> {
    return oneAtATime(async (turns) => {
      const end = target()
      await fireUntil(end, turns)
      time = Math.max(time, end)
    })
  }

  return {
    now: () => time,
    setTimeout: (callback, ms) => set('timer', callback, ms),
    sleep: (ms, signal, ...more: readonly unknown[]) => abortableSleep((wake) => set('sleep', wake, ms), signal, more),
    get pending() {
      return queue.size
    },
    get timers() {
      return queue.inOrder().map(({ kind, setAt, dueAt }) => ({ kind, setAt, dueAt }))
    },
    async advance(ms) {
      requireFinite('advance(): ms', ms)
      if (ms < 0) throw illegalTime(`advance(): time cannot go back, and ms is ${ms}. Pass 0 or more.`)
      await advanceTo(() => time + ms)
    },
    async advanceTo(target) {
      requireFinite('advanceTo(): time', target)
      await advanceTo(() => {
        if (target >= time) return target
        throw illegalTime(`advanceTo(): time cannot go back from ${time} to ${target}. Pass ${time} or more.`)
      })
    },
    settle: () => oneAtATime((turns) => fireUntil(time, turns)),
    runAll: () => oneAtATime((turns) => fireUntil(Infinity, turns)),
  }
}

/** The time that a timer waits, from 0. Throws `testing/illegal-option` for NaN. */
export function checkedDelay(kind: PendingTimer['kind'], ms: number): number {
  if (!Number.isNaN(Number(ms))) return Math.max(ms, 0)
  throw illegalTime(`A ${kind} was set for ${ms} milliseconds. Pass a number, or Infinity for never.`)
}

function requireFinite(what: string, value: number): void {
  if (Number.isFinite(value)) return
  throw illegalTime(
    `${what} must be a finite number of milliseconds, not ${show(value)}. To fire all timers call runAll().`,
  )
}

function illegalTime(message: string): StageflowError {
  return new StageflowError('testing/illegal-option', message)
}

function endlessTimers(limit: number, time: number, left: readonly Timer[]): StageflowError {
  const shown = left.slice(0, 5).map(({ kind, setAt, dueAt }) => `${kind} due at ${dueAt}, set at ${setAt}`)
  return new StageflowError(
    'testing/endless-timers',
    `${limit} timers fired in one call and ${left.length} wait at ${time} (${shown.join('; ')}): some code sets a timer each time one fires. Stop it, or raise maxTimers.`,
  )
}
