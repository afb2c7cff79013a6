import type { Clock } from '@stageflow/core'

import type { BreakerOptions, ConsecutiveOptions, CountOptions, SamplingOptions } from './options.ts'
import type { SavedBreaker, SavedBucket } from './saved-circuits.ts'

/** Counts the calls of a closed circuit, and tells when the circuit must open. */
export interface Breaker {
  success(clock: Clock): void
  /** Returns true if the circuit must open. */
  failure(clock: Clock): boolean
  save(): SavedBreaker
}

/** A breaker with these options. It continues with `saved` if that is from a breaker of the same type. */
export function makeBreaker(options: Required<BreakerOptions>, saved?: SavedBreaker): Breaker {
  switch (options.type) {
    case 'consecutive':
      return new ConsecutiveBreaker(options, saved?.type === 'consecutive' ? saved.failures : 0)
    case 'count':
      return new CountBreaker(options, saved?.type === 'count' ? saved.failed : [])
    case 'sampling':
      return new SamplingBreaker(options, saved?.type === 'sampling' ? saved.buckets : [])
  }
}

class ConsecutiveBreaker implements Breaker {
  readonly #most: number
  #failures: number

  constructor({ failures }: Required<ConsecutiveOptions>, saved: number) {
    this.#most = failures
    this.#failures = saved
  }

  success(): void {
    this.#failures = 0
  }

  failure(): boolean {
    this.#failures++
    return this.#failures >= this.#most
  }

  save(): SavedBreaker {
    return { type: 'consecutive', failures: this.#failures }
  }
}

class CountBreaker implements Breaker {
  readonly #options: Required<CountOptions>
  /** Whether each of the last calls failed. Once there are `size` of them, the next one replaces the one at `#oldest`. */
  readonly #failed: boolean[]
  #oldest = 0
  #failures: number

  constructor(options: Required<CountOptions>, saved: readonly boolean[]) {
    this.#options = options
    this.#failed = saved.slice(-options.size)
    this.#failures = this.#failed.filter(Boolean).length
  }

  success(): void {
    this.#add(false)
  }

  failure(): boolean {
    this.#add(true)
    const { failureRate, minimumCalls } = this.#options
    const calls = this.#failed.length
    return calls >= minimumCalls && this.#failures > failureRate * calls
  }

  save(): SavedBreaker {
    const failed = [...this.#failed.slice(this.#oldest), ...this.#failed.slice(0, this.#oldest)]
    return { type: 'count', failed }
  }

  #add(hasFailed: boolean): void {
    if (hasFailed) this.#failures++
    if (this.#failed.length < this.#options.size) {
      this.#failed.push(hasFailed)
      return
    }
    if (this.#failed[this.#oldest] === true) this.#failures--
    this.#failed[this.#oldest] = hasFailed
    this.#oldest = (this.#oldest + 1) % this.#options.size
  }
}

/** A window is this many buckets, so that its memory doesn't grow with the number of calls. */
const BUCKETS = 10

interface Bucket extends SavedBucket {
  successes: number
  failures: number
}

class SamplingBreaker implements Breaker {
  readonly #options: Required<SamplingOptions>
  readonly #bucketMs: number
  /** The newest last. */
  #buckets: Bucket[]

  constructor(options: Required<SamplingOptions>, saved: readonly SavedBucket[]) {
    this.#options = options
    this.#bucketMs = options.windowMs / BUCKETS
    this.#buckets = saved.map((bucket) => ({ ...bucket })).toSorted((a, b) => a.startedAt - b.startedAt)
  }

  success(clock: Clock): void {
    this.#bucketAt(clock.now()).successes++
  }

  failure(clock: Clock): boolean {
    const now = clock.now()
    this.#bucketAt(now).failures++
    const { windowMs, failureRate, minimumCalls } = this.#options
    let failures = 0
    let calls = 0
    for (const bucket of this.#buckets) {
      if (bucket.startedAt <= now - windowMs) continue
      failures += bucket.failures
      calls += bucket.failures + bucket.successes
    }
    return calls >= minimumCalls && failures > failureRate * calls
  }

  save(): SavedBreaker {
    return { type: 'sampling', buckets: this.#buckets.map((bucket) => ({ ...bucket })) }
  }

  #bucketAt(now: number): Bucket {
    const startedAt = Math.floor(now / this.#bucketMs) * this.#bucketMs
    const last = this.#buckets.at(-1)
    if (last?.startedAt === startedAt) return last
    // Restored buckets may be from a machine whose clock was ahead.
    const kept = this.#buckets.filter(
      (bucket) => bucket.startedAt > now - this.#options.windowMs && bucket.startedAt < startedAt,
    )
    const bucket = { startedAt, successes: 0, failures: 0 }
    this.#buckets = [...kept, bucket]
    return bucket
  }
}
