import { isDeepStrictEqual } from 'node:util'

import type { Account } from '../account.ts'
import type { Claim, ClaimAnswer, Completion, KeyedStore } from '../keyed-store.ts'
import { endMs, listOf, LONG_MS, shown, StoreBench } from '../suite/store-bench.ts'
import { must, Seen } from '../suite/store-rule.ts'

export const P1: string = '1'.repeat(64)
export const P2: string = '2'.repeat(64)

type ClaimChanges = Partial<Claim> & { readonly key?: string; readonly account?: Account }
type CompleteChanges = Partial<Completion> & { readonly key?: string; readonly account?: Account }

/** Calls the store under test for a case, and keeps the steps for the message of a broken rule. */
export class KeyedBench extends StoreBench<KeyedStore> {
  /** A key that no other case uses. */
  readonly key: string = JSON.stringify(['contract', crypto.randomUUID()])
  readonly #steps: string[] = []

  claim(token: string, { key = this.key, account, ...changes }: ClaimChanges = {}): Promise<ClaimAnswer> {
    const claim = { token, parameters: P1, leaseMs: LONG_MS, ...changes }
    return this.#step(claimText(claim, this.#shown(key)), () => this.store.claim(key, claim, account))
  }
  complete(token: string, { key = this.key, account, ...changes }: CompleteChanges = {}): Promise<boolean> {
    const completion = { token, parameters: P1, value: token, ttlMs: LONG_MS, ...changes }
    return this.#step(completeText(completion, this.#shown(key)), () => this.store.complete(key, completion, account))
  }
  async release(token: string): Promise<void> {
    await this.#step(releaseText(token), () => this.store.release(this.key, token))
  }
  override async expire(livedMs: number = this.shortMs): Promise<void> {
    await this.#step(`${endMs(livedMs)} ms pass`, () => super.expire(livedMs))
  }

  /** The claim must succeed. */
  async claims(token: string, changes?: ClaimChanges): Promise<void> {
    this.#mustBe(await this.claim(token, changes), { status: 'claimed' })
  }
  /** The claim must succeed. Its lease ends, and nothing has taken the key over. */
  async claimsUntilOver(token: string): Promise<void> {
    await this.claims(token, { leaseMs: this.shortMs })
    await this.expire()
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
  /** How much is left of the lease of another token. */
  async leaseLeft(token: string): Promise<number> {
    const answer = await this.claim(token)
    this.#mustBe(answer.status, 'running')
    return (answer as ClaimAnswer & { readonly leaseMs: number }).leaseMs
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
      if (error instanceof Seen) throw new Seen(`${text}: ${error.message} ${listOf(this.#steps)}`, error)
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
