import type { Clock } from '@stageflow/core'
import { CircuitState as CockatielState } from 'cockatiel'

import { fittingState, makeBreaker, type Breaker } from './breakers.ts'
import type { CircuitState, SavedCircuit } from './circuit-state.ts'
import type { Policy } from './options.ts'

/** The call that a half-open circuit lets through; its identity is its place. */
export interface Probe {
  readonly at: number
  /** The id of the run at the top, of which it is a part. */
  readonly run: string
}

/**
 * One circuit: what its breaker has counted, and whether calls pass. cockatiel's own policy around its breakers is not used:
 * it is asynchronous whatever it calls, takes its time from Date.now, makes calls wait for the probe that should be refused,
 * and counts an abort as a failure.
 */
export class Circuit {
  readonly key: string
  readonly policy: Policy
  state: CircuitState = 'closed'
  openedAt = 0
  /** Grows at every change of state: how a call ends that began before it counts no more. */
  period = 0
  /** It was made of saved state, and no stage has asked for it yet. */
  restored = false
  readonly #breaker: Breaker
  /** The one that is under way. */
  #probe: Probe | undefined

  constructor(key: string, policy: Policy, saved?: SavedCircuit) {
    this.key = key
    this.policy = policy
    this.#breaker = makeBreaker(policy.breaker)
    if (saved === undefined) return
    this.state = saved.state
    this.openedAt = saved.openedAt ?? 0
    const counted =
      saved.breaker.type === policy.breaker.type ? fittingState(policy.breaker, saved.breaker.state) : undefined
    if (counted !== undefined) this.#breaker.state = counted
  }

  /** How long it refuses calls from now on; 0: the next one may be the probe, or there is one under way. */
  refusesMs(now: number): number {
    if (this.state !== 'open') return 0
    // Saved by a machine whose clock was ahead: it is not open for longer than from now.
    if (this.openedAt > now) this.openedAt = now
    return Math.max(0, this.openedAt + this.policy.halfOpenAfterMs - now)
  }

  /** Lets a call through a circuit that is not closed, as its only probe; undefined: it is refused. */
  admitProbe(now: number, run: string): Probe | undefined {
    if (this.refusesMs(now) > 0) return undefined
    if (this.state === 'open') this.#change('half-open')
    // A probe that takes longer than the circuit was open does not keep the others out for ever.
    else if (this.#probe !== undefined && now - this.#probe.at < this.policy.halfOpenAfterMs) return undefined
    return (this.#probe = { at: now, run })
  }

  /**
   * Whether the probe under way is of this run, or of one below it. What else that calls passes too: a refusal would fail
   * the run, which aborts the probe, and so it would go with each probe to come, and the circuit never close.
   */
  isProbedBy(run: string): boolean {
    return this.#probe?.run === run
  }

  /** This probe is given up: another may take its place. */
  release(probe: Probe): void {
    if (this.#probe === probe) this.#probe = undefined
  }

  /** A call of `period` ended well; true: this closed the circuit. */
  succeeded(period: number, clock: Clock): boolean {
    if (period !== this.period) return false
    if (this.state === 'closed') {
      this.#breaker.success(CLOSED, clock)
      return false
    }
    this.#breaker.success(CockatielState.HalfOpen, clock)
    this.#change('closed')
    return true
  }

  /** A call of `period` failed; true: this opened the circuit. */
  failed(period: number, clock: Clock): boolean {
    if (period !== this.period) return false
    const opens = this.#breaker.failure(this.state === 'closed' ? CLOSED : CockatielState.HalfOpen, clock)
    if (!opens && this.state === 'closed') return false
    this.openedAt = clock.now()
    this.#change('open')
    return true
  }

  save(): SavedCircuit {
    const { key, state, openedAt, policy } = this
    const breaker = { type: policy.breaker.type, state: this.#breaker.state }
    return { key, state, ...(state === 'closed' ? undefined : { openedAt }), breaker }
  }

  #change(to: CircuitState): void {
    this.state = to
    this.period++
    this.#probe = undefined
  }
}

/** A constant: it is on the way of every call. */
const CLOSED = CockatielState.Closed
