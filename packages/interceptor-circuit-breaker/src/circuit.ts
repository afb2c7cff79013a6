import type { Clock } from '@stageflow/core'

import { makeBreaker, type Breaker } from './breakers.ts'
import type { Policy } from './options.ts'
import type { CircuitState, SavedCircuit } from './saved-circuits.ts'

/** The call that a half-open circuit lets pass. Its identity is its place. */
export interface Probe {
  readonly at: number
  /** The id of the run at the top of its tree of runs. */
  readonly run: string
}

/** One circuit: what its breaker has counted, and whether calls pass. */
export class Circuit {
  readonly key: string
  readonly policy: Policy
  state: CircuitState = 'closed'
  openedAt = 0
  /** Grows with every change of state. A call that began in an earlier period doesn't count any more when it ends. */
  period = 0
  /** Whether it was restored, and no stage has used it yet. */
  restored = false
  /** Whether it belongs to one built graph, because its pipeline has no name that tells it from others. */
  ofGraph = false
  #breaker: Breaker
  /** The probe in progress. */
  #probe: Probe | undefined

  constructor(key: string, policy: Policy, saved?: SavedCircuit) {
    this.key = key
    this.policy = policy
    this.#breaker = makeBreaker(policy.breaker, saved?.breaker)
    if (saved === undefined) return
    this.state = saved.state
    this.openedAt = saved.openedAt ?? 0
  }

  /** How long it still refuses calls, in ms; 0: the next call can be the probe, or a probe is in progress. */
  refusesMs(now: number): number {
    if (this.state !== 'open') return 0
    // A machine whose clock was ahead may have saved it. It stays open from now on at the longest.
    if (this.openedAt > now) this.openedAt = now
    return Math.max(0, this.openedAt + this.policy.halfOpenAfterMs - now)
  }

  /** Lets a call pass a circuit that isn't closed, as its only probe. Returns undefined if the call is refused. */
  admitProbe(now: number, run: string): Probe | undefined {
    if (this.refusesMs(now) > 0) return undefined
    if (this.state === 'open') this.#enter('half-open')
    const current = this.#probe
    // A probe that takes longer than the circuit was open doesn't keep others out any longer.
    if (current !== undefined && now - current.at < this.policy.halfOpenAfterMs) return undefined
    const probe = { at: now, run }
    this.#probe = probe
    return probe
  }

  /**
   * Whether the probe in progress belongs to this tree of runs. The other calls of that tree pass too: a refusal would fail the
   * run, which aborts the probe. That would happen to every later probe, so the circuit would never close.
   */
  isProbedBy(run: string): boolean {
    return this.#probe?.run === run
  }

  /** Gives up the place of this probe, so that another call can take it. */
  release(probe: Probe): void {
    if (this.#probe === probe) this.#probe = undefined
  }

  /** Counts a call of `period` that succeeded. Returns true if that closed the circuit. */
  succeeded(period: number, clock: Clock): boolean {
    if (period !== this.period) return false
    const closes = this.state !== 'closed'
    if (closes) {
      // What it counted before it opened doesn't count any more.
      this.#breaker = makeBreaker(this.policy.breaker)
      this.#enter('closed')
    }
    this.#breaker.success(clock)
    return closes
  }

  /** Counts a call of `period` that failed. Returns true if that opened the circuit. */
  failed(period: number, clock: Clock): boolean {
    if (period !== this.period) return false
    // A probe that failed opens the circuit again, whatever its breaker has counted.
    if (this.state === 'closed' && !this.#breaker.failure(clock)) return false
    this.openedAt = clock.now()
    this.#enter('open')
    return true
  }

  save(): SavedCircuit {
    const { key, state, openedAt } = this
    return state === 'closed' ? { key, state, breaker: this.#breaker.save() } : { key, state, openedAt }
  }

  #enter(state: CircuitState): void {
    this.state = state
    this.period++
    this.#probe = undefined
  }
}
