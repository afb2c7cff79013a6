import type { Clock } from '@stageflow/core'
import { CircuitState } from 'cockatiel'

interface Bucket {
  /** Its place in time: it began at `turn` times the length of a bucket. */
  turn: number
  successes: number
  failures: number
}

const BUCKETS = 10

export interface SavedBucket {
  readonly startedAt: number
  readonly successes: number
  readonly failures: number
}

/**
 * Opens when too many of the calls of the last `windowMs` failed. cockatiel's own takes its time from Date.now, and after a
 * pause lets old buckets go one at a time; this one takes it from the clock of the run, and what is too old never counts.
 */
export class SamplingBreaker {
  readonly #bucketMs: number
  readonly #failureRate: number
  readonly #minimumCalls: number
  readonly #buckets: readonly Bucket[] = Array.from({ length: BUCKETS }, () => ({
    turn: -1,
    successes: 0,
    failures: 0,
  }))

  constructor(windowMs: number, failureRate: number, minimumCalls: number) {
    this.#bucketMs = windowMs / BUCKETS
    this.#failureRate = failureRate
    this.#minimumCalls = minimumCalls
  }

  success(state: CircuitState, clock: Clock): void {
    if (state === CircuitState.HalfOpen) for (const bucket of this.#buckets) bucket.turn = -1
    this.#bucketAt(this.#turnOf(clock.now())).successes++
  }

  failure(state: CircuitState, clock: Clock): boolean {
    const turn = this.#turnOf(clock.now())
    this.#bucketAt(turn).failures++
    if (state !== CircuitState.Closed) return true
    let failures = 0
    let calls = 0
    for (const bucket of this.#buckets) {
      if (bucket.turn <= turn - BUCKETS || bucket.turn > turn) continue
      failures += bucket.failures
      calls += bucket.failures + bucket.successes
    }
    return calls >= this.#minimumCalls && failures > this.#failureRate * calls
  }

  get state(): unknown {
    return this.#buckets
      .filter(({ turn }) => turn >= 0)
      .map(({ turn, successes, failures }) => ({ startedAt: turn * this.#bucketMs, successes, failures }))
  }
  set state(saved: unknown) {
    for (const { startedAt, successes, failures } of saved as readonly SavedBucket[]) {
      const bucket = this.#bucketAt(this.#turnOf(startedAt))
      bucket.successes += successes
      bucket.failures += failures
    }
  }

  #turnOf(time: number): number {
    return Math.floor(time / this.#bucketMs)
  }
  #bucketAt(turn: number): Bucket {
    const bucket = this.#buckets[turn % BUCKETS] as Bucket
    if (bucket.turn !== turn) {
      bucket.turn = turn
      bucket.successes = 0
      bucket.failures = 0
    }
    return bucket
  }
}
