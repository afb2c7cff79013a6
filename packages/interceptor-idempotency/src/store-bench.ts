import { isDeepStrictEqual } from 'node:util'

import { Seen, must } from './store-rule.ts'
import type { Claim, ClaimAnswer, Completion, IdempotencyStore } from './store.ts'

/** Longer than any case takes. */
export const LONG_MS = 3_600_000
export const P1: string = '1'.repeat(64)
export const P2: string = '2'.repeat(64)

type ClaimChanges = Partial<Claim> & { readonly key?: string }
type CompleteChanges = Partial<Completion> & { readonly key?: string }

/** Calls the store under test for a case. It keeps the steps, for the message of a broken rule. */
export class StoreBench {
  readonly store: IdempotencyStore
  /** A key that no other case uses. */
  readonly key: string
  readonly shortMs: number
  readonly #advance: (ms: number) => void | Promise<void>
  readonly #steps: string[] = []

  constructor(store: IdempotencyStore, key: string, shortMs: number, advance: (ms: number) => void | Promise<void>) {
    this.store = store
    this.key = key
    this.shortMs = shortMs
    this.#advance = advance
  }

  claim(token: string, { key = this.key, ...changes }: ClaimChanges = {}): Promise<ClaimAnswer> {
    const claim = { token, parameters: P1, leaseMs: LONG_MS, ...changes }
    return this.#step(claimText(claim, this.#shown(key)), () => this.store.claim(key, claim))
  }
  complete(token: string, { key = this.key, ...changes }: CompleteChanges = {}): Promise<boolean> {
    const completion = { token, parameters: P1, value: token, ttlMs: LONG_MS, ...changes }
    return this.#step(completeText(completion, this.#shown(key)), () => this.store.complete(key, completion))
  }
  async release(token: string): Promise<void> {
    await this.#step(releaseText(token), () => this.store.release(this.key, token))
  }
  /** Resolves when every record that lives this long has expired. */
  async expire(livedMs: number = this.shortMs): Promise<void> {
    const ms = Math.ceil(livedMs * 1.2)
    await this.#step(`${ms} ms pass`, () => this.#advance(ms))
  }

  /** The claim must succeed. */
  async claims(token: string, changes?: ClaimChanges): Promise<void> {
    this.#mustBe(await this.claim(token, changes), { status: 'claimed' })
  }
  /** Another token must have the claim. */
  async isRunning(token: string, changes?: ClaimChanges): Promise<void> {
    const { status } = await this.claim(token, changes)
    this.#mustBe({ status }, { status: 'running' })
  }
  /** Like `isRunning`, with these parameters and at most this lease. */
  async isRunningWith(token: string, parameters: string, leaseMs: number, changes?: ClaimChanges): Promise<void> {
    const answer = await this.claim(token, changes)
    const { leaseMs: left, ...rest } = answer as ClaimAnswer & { readonly leaseMs?: number }
    this.#mustBe(rest, { status: 'running', parameters })
    const isLeft = typeof left === 'number' && left > 0 && left <= leaseMs
    this.#must(isLeft, `leaseMs must be above 0 and at most ${leaseMs}, not ${left}`)
  }
  /** The key must be completed, with this value and these parameters. */
  async isCompleted(token: string, value: string, parameters: string, changes?: ClaimChanges): Promise<void> {
    this.#mustBe(await this.claim(token, changes), { status: 'completed', parameters, value })
  }
  async completes(token: string, changes?: CompleteChanges): Promise<void> {
    this.#mustBe(await this.complete(token, changes), true)
  }
  async cannotComplete(token: string, changes?: CompleteChanges): Promise<void> {
    this.#mustBe(await this.complete(token, changes), false)
  }

  #must(holds: boolean, seen: string): void {
    must(holds, `${seen}. ${listOf(this.#steps)}`)
  }

  #mustBe(seen: unknown, expected: unknown): void {
    const isSame = isDeepStrictEqual(seen, expected)
    this.#must(isSame, `the last of these operations must return ${shown(expected)}, not ${shown(seen)}`)
  }

  async #step<Answer>(text: string, act: () => Answer | Promise<Answer>): Promise<Answer> {
    const place = this.#steps.push(text) - 1
    try {
      const answer = await act()
      this.#steps[place] = answer === undefined ? text : `${text} → ${shown(answer)}`
      return answer
    } catch (error) {
      throw new Seen(`${text} failed with: ${String(error)}. ${listOf(this.#steps)}`, { cause: error })
    }
  }

  #shown(key: string): string | undefined {
    return key === this.key ? undefined : `…${key.slice(this.key.length, this.key.length + 20)}`
  }
}

/** `key`: undefined if the case uses a single one. */
export function claimText({ token, parameters, leaseMs }: Claim, key?: string): string {
  const lease = leaseMs === LONG_MS ? '' : `, lease ${leaseMs} ms`
  return `claim(${keyText(key)}token ${token}${parametersText(parameters)}${lease})`
}
export function completeText({ token, parameters, value, ttlMs }: Completion, key?: string): string {
  const ttl = ttlMs === LONG_MS ? '' : `, ttl ${ttlMs} ms`
  return `complete(${keyText(key)}token ${token}${parametersText(parameters)}, value ${shown(value)}${ttl})`
}
export const releaseText = (token: string, key?: string): string => `release(${keyText(key)}token ${token})`

const keyText = (key: string | undefined): string => (key === undefined ? '' : `key ${key}, `)
const parametersText = (parameters: string): string =>
  parameters === P1 ? '' : `, parameters ${parameters.slice(0, 4)}…`

/** An answer or a value, on one line. */
export function shown(answer: unknown): string {
  const text =
    JSON.stringify(answer, (_, value: unknown) => (isHash(value) ? `${value.slice(0, 4)}…` : value)) ?? 'undefined'
  return text.length <= 120 ? text : `${text.slice(0, 120)}… (${text.length} characters)`
}
const isHash = (value: unknown): value is string => typeof value === 'string' && /^[\da-f]{64}$/.test(value)

const MOST_STEPS = 12

/** Numbered steps, the last ones if there are many. */
export function listOf(steps: readonly string[]): string {
  const from = Math.max(0, steps.length - MOST_STEPS)
  const rest = steps.slice(from).map((step, place) => `${from + place + 1}. ${step}`)
  return `Operations:${from > 0 ? ' …' : ''} ${rest.join('; ')}.`
}
