import { timerTurn } from '../clock/event-loop-turns.ts'
import type { ManualClock } from '../clock/manual-clock.ts'
import { broken } from './contract-case.ts'

/** How long a case waits for what is not on the clock, such as a file or a socket. */
export interface Waits {
  /** In ms of real time. Default: 3,000. */
  readonly longestMs?: number
  /** The wait lasts at least so many turns of the event loop, because a busy machine may be slow. Default: 1,000. */
  readonly leastTurns?: number
}

/** What the cases of one contract have learned about the thing under test. They share it, so that only the first ones are slow. */
export class Patience {
  /** How many turns of real time pass before a case concludes that only time on the clock can help. */
  turns: number = PATIENT_TURNS
  #usesRealTime = false

  /** Something happened in real time: later cases must wait for it too. */
  sawRealTime(): void {
    this.#usesRealTime = true
    this.turns = PATIENT_TURNS
  }
  /** Nothing happened in real time. */
  sawNothing(): void {
    if (!this.#usesRealTime) this.turns = 0
  }
  /**
   * Tries a case with this patience. A case that fails without a wait for real time is tried once more, and waits. On a busy machine
   * the cases before may have missed what the thing under test does in real time.
   */
  async tries<T>(run: (patience: Patience) => Promise<T>): Promise<T> {
    const isHasty = this.turns === 0
    try {
      return await run(this)
    } catch (error) {
      if (!isHasty) throw error
      const outcome = await run(new Patience())
      this.sawRealTime()
      return outcome
    }
  }
}

const PATIENT_TURNS = 60
/** Turns of the event loop that take no time. What waits for nothing but promises and messages is done after them. */
const QUICK_TURNS = 8
/** A case that moves the clock this often in one wait tests something that sets timers without end. */
const MOST_ADVANCES = 1_000

/** Runs the cases of a contract: waits for what happens, and moves the manual clock only if nothing else happens anymore. */
export class ContractBench {
  readonly clock: ManualClock
  readonly #patience: Patience
  readonly #waits: Waits
  #timersSet = 0
  /** Set when something happened in the last turn of real time. */
  #isBusy = false

  constructor(clock: ManualClock, patience: Patience = new Patience(), waits: Waits = {}) {
    this.clock = clock
    // Counts the timers: a new one shows that something happens.
    const set = clock.setTimeout.bind(clock)
    const sleep = clock.sleep.bind(clock)
    clock.setTimeout = (...timer) => (this.#timersSet++, set(...timer))
    clock.sleep = (...wait) => (this.#timersSet++, sleep(...wait))
    this.#patience = patience
    this.#waits = waits
  }

  /** When the next timer fires; Infinity if no timer can fire. */
  get nextDue(): number {
    return this.clock.timers[0]?.dueAt ?? Infinity
  }

  /**
   * Waits for a promise. Moves the clock when nothing else happens. Rejects the case if the promise doesn't settle, with `what`
   * didn't happen, and the `fix`.
   */
  async ends<T>(promise: PromiseLike<T>, what: string, fix = ''): Promise<T> {
    const isSettled = watch(promise)
    const { longestMs = 3_000, leastTurns = 1_000 } = this.#waits
    const until = performance.now() + longestMs
    let advances = 0
    for (let turn = 0, idle = 0; !(await this.#turn(isSettled, idle)); turn++) {
      if (advances > MOST_ADVANCES)
        throw broken(`${what}: the clock moved ${MOST_ADVANCES} times, to ever new timers.${fix}`)
      const canAdvance = this.nextDue < Infinity
      if (!canAdvance && turn > leastTurns && performance.now() > until)
        throw broken(`${what} within ${longestMs} ms.${fix}`)
      if (this.#isBusy) idle = QUICK_TURNS
      idle++
      if (!canAdvance || idle <= QUICK_TURNS + this.#patience.turns) continue
      await this.clock.advanceTo(this.nextDue)
      advances++
      idle = 0
      this.#patience.sawNothing()
    }
    return promise
  }

  /** Waits until nothing more happens without time on the clock. Returns whether the promise has settled by then. */
  async comesToRest(promise: PromiseLike<unknown>): Promise<boolean> {
    const isSettled = watch(promise)
    for (let idle = 0; idle < QUICK_TURNS + this.#patience.turns; idle++)
      if (await this.#turn(isSettled, idle)) return true
    this.#patience.sawNothing()
    return isSettled()
  }

  /** Like `comesToRest`, but always patient: for a promise that a correct subject settles. */
  async settlesPatiently(promise: PromiseLike<unknown>): Promise<boolean> {
    const isSettled = watch(promise)
    for (let idle = 0; idle < QUICK_TURNS + PATIENT_TURNS; idle++) if (await this.#turn(isSettled, idle)) return true
    return false
  }

  /** Lets real time pass, for what the subject may do too late. */
  async passRealTime(): Promise<void> {
    for (let turn = 0; turn < PATIENT_TURNS; turn++) await timerTurn()
  }

  /** Throws if the case has failed meanwhile. */
  protected check(): void {}

  /** Changes when the subject sets a timer on the clock or takes one back. */
  get #activity(): string {
    return `${this.#timersSet} set, ${this.clock.pending} wait`
  }

  /** One turn of the event loop: the first ones take no time. Returns whether the promise has settled. */
  async #turn(isSettled: () => boolean, idle: number): Promise<boolean> {
    const isReal = idle > QUICK_TURNS
    const before = this.#activity
    if (isReal) await timerTurn()
    await this.clock.settle()
    this.check()
    this.#isBusy = isReal && (isSettled() || this.#activity !== before)
    if (this.#isBusy) this.#patience.sawRealTime()
    return isSettled()
  }
}

function watch(promise: PromiseLike<unknown>): () => boolean {
  let isSettled = false
  const settle = (): void => void (isSettled = true)
  promise.then(settle, settle)
  return () => isSettled
}
