import type { Clock } from '@stageflow/core'
import { CircuitState as CockatielState } from 'cockatiel'

import { fittingState, makeBreaker, type Breaker } from './breakers.ts'
import type { CircuitState, SavedCircuit } from './circuit-state.ts'
import type { Policy } from './options.ts'

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
  /** The place of the probe that is under way; 0: there is none. */
  #probe = 0
  #probeAt = 0
  #probes = 0

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

  /** Lets a call through a circuit that is not closed, as its only probe: its place; 0: it is refused. */
  admitProbe(now: number): number {
    if (this.refusesMs(now) > 0) return 0
    if (this.state === 'open') this.#change('half-open')
    // A probe that takes longer than the circuit was open does not keep the others out for ever.
    else if (this.#probe !== 0 && now - this.#probeAt < this.policy.halfOpenAfterMs) return 0
    this.#probeAt = now
    return (this.#probe = ++this.#probes)
  }

  /** The probe that has this place is given up: another may take it. */
  release(place: number): void {
    if (this.#probe === place) this.#probe = 0
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
  }
}

/** A constant: it is on the way of every call. */
const CLOSED = CockatielState.Closed
