import { isDeepStrictEqual } from 'node:util'

import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

import type { ApprovalStatus, ApprovalStore, FoundApproval, StoredApproval } from './approval-store.ts'

/** Longer than any case takes. */
export const LONG_MS = 3_600_000

/** What a check has seen of a broken rule. The contract adds the rule, and what to do. */
class Seen extends Error {}

/** Fails the case with what was seen, unless `holds`. */
export function must(holds: boolean, seen: string): asserts holds {
  if (!holds) throw new Seen(seen)
}

/** The error of a broken rule: which one, what was seen, and what to do. */
export function breach(rule: string, error: unknown, mend: string): StageflowError {
  const seen = error instanceof Seen ? error.message : `the store, or the case, failed with: ${textOf(error)}.`
  const message = `The approval store breaks the rule "${rule}": ${seen} ${mend}`
  return new StageflowError('tools/contract', message, { cause: error instanceof Seen ? error.cause : error })
}

type Place = { readonly owner?: string; readonly id?: string }
type RequestChanges = Place & { readonly request?: string; readonly ttlMs?: number; readonly keepMs?: number }
type Expected = Partial<StoredApproval> & { readonly status: ApprovalStatus }

/** Calls the store under test for a case, with an owner and an id that no other case uses. */
export class ApprovalBench {
  readonly store: ApprovalStore
  readonly owner: string = JSON.stringify(['contract', crypto.randomUUID()])
  readonly id: string = 'run/call'
  readonly shortMs: number
  readonly #advance: (ms: number) => void | Promise<void>

  constructor(store: ApprovalStore, shortMs: number, advance: (ms: number) => void | Promise<void>) {
    this.store = store
    this.shortMs = shortMs
    this.#advance = advance
  }

  async request({ owner = this.owner, id = this.id, ...changes }: RequestChanges = {}): Promise<StoredApproval> {
    return this.store.request(owner, id, { request: 'asked', ttlMs: LONG_MS, keepMs: LONG_MS, ...changes })
  }
  async find({ owner = this.owner, id = this.id }: Place = {}): Promise<FoundApproval> {
    return this.store.find(owner, id)
  }
  async decide(
    approved: boolean,
    decision: string,
    { owner = this.owner, id = this.id }: Place = {},
  ): Promise<FoundApproval> {
    return this.store.decide(owner, id, { approved, decision })
  }
  async cancel({ owner = this.owner, id = this.id }: Place = {}): Promise<FoundApproval> {
    return this.store.cancel(owner, id)
  }
  async use(token: string, { owner = this.owner, id = this.id }: Place = {}): Promise<FoundApproval> {
    return this.store.use(owner, id, token)
  }
  async pending(limit = 100, owner: string = this.owner): Promise<readonly StoredApproval[]> {
    return this.store.pending(owner, limit)
  }

  /** Resolves when everything that lasts this long is over. */
  async expire(lastedMs: number = this.shortMs): Promise<void> {
    await this.#advance(Math.ceil(lastedMs * 1.2))
  }

  /** The record must have these fields, and nothing that its status does not have. */
  is(operation: string, seen: FoundApproval, expected: Expected): void {
    const { leftMs, ...rest } = seen ?? ({} as Partial<StoredApproval>)
    const whole = { id: this.id, request: 'asked', decision: undefined, token: undefined, ...expected }
    must(
      isDeepStrictEqual(rest, whole),
      `${operation} must return ${JSON.stringify(whole)}, not ${JSON.stringify(seen)}.`,
    )
    const isLeft = expected.status === 'pending' ? Number(leftMs) > 0 && Number(leftMs) <= LONG_MS : leftMs === 0
    must(isLeft, `${operation} returned leftMs ${leftMs} for a record that is ${expected.status}.`)
  }
  isMissing(operation: string, seen: FoundApproval): void {
    must(seen === undefined, `${operation} must return undefined, not ${JSON.stringify(seen)}.`)
  }
}
