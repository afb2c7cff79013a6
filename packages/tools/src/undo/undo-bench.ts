import { isDeepStrictEqual } from 'node:util'

import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

import type { StoredUndo, UndoClaimAnswer, UndoEntry, UndoQuery, UndoStore } from './undo-store.ts'

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
  const message = `The undo store breaks the rule "${rule}": ${seen} ${mend}`
  return new StageflowError('tools/contract', message, { cause: error instanceof Seen ? error.cause : error })
}

/** Calls the store under test for a case, with a run and ids that no other case uses. */
export class UndoBench {
  readonly store: UndoStore
  readonly shortMs: number
  readonly #prefix: string = crypto.randomUUID()
  readonly #advance: (ms: number) => void | Promise<void>

  constructor(store: UndoStore, shortMs: number, advance: (ms: number) => void | Promise<void>) {
    this.store = store
    this.shortMs = shortMs
    this.#advance = advance
  }

  /** A name that no other case uses. */
  own(name: string): string {
    return `${this.#prefix}/${name}`
  }
  /** The entry of a name: the same every time. */
  entry(name = 'a', changes: Partial<UndoEntry> = {}): UndoEntry {
    return {
      id: this.own(name),
      run: this.own('run'),
      callId: this.own(`call-${name}`),
      call: `call ${name}`,
      ttlMs: LONG_MS,
      keepMs: LONG_MS,
      ...changes,
    }
  }

  async add(name?: string, changes?: Partial<UndoEntry>): Promise<void> {
    await this.store.add(this.entry(name, changes))
  }
  async find(query: UndoQuery = { run: this.own('run') }): Promise<readonly StoredUndo[]> {
    return this.store.find(query)
  }
  async claim(
    token = 't',
    { name = 'a', leaseMs = LONG_MS }: { readonly name?: string; readonly leaseMs?: number } = {},
  ): Promise<UndoClaimAnswer> {
    return this.store.claim(this.own(name), { token, leaseMs })
  }
  async release(token = 't', name = 'a'): Promise<void> {
    await this.store.release(this.own(name), token)
  }
  async remove(token = 't', name = 'a'): Promise<void> {
    await this.store.remove(this.own(name), token)
  }

  /** Resolves when everything that lasts this long is over. */
  async expire(lastedMs: number = this.shortMs): Promise<void> {
    await this.#advance(Math.ceil(lastedMs * 1.2))
  }

  /** The claim must have had this answer. */
  answers(operation: string, seen: UndoClaimAnswer, status: UndoClaimAnswer['status'], most: number = LONG_MS): void {
    must(seen?.status === status, `${operation} must return "${status}", not ${JSON.stringify(seen)}.`)
    if (seen.status !== 'taken') return
    const { leaseMs } = seen
    must(leaseMs > 0 && leaseMs <= most, `${operation} returned leaseMs ${leaseMs}; at most ${most} ms of it are left.`)
  }
  /** The list must have these entries, in this order. */
  lists(operation: string, seen: readonly StoredUndo[], expected: readonly UndoEntry[]): void {
    const whole = expected.map(({ id, run, callId, call }) => ({ id, run, callId, call }))
    const plain = seen.map(({ id, run, callId, call }) => ({ id, run, callId, call }))
    must(
      isDeepStrictEqual(plain, whole),
      `${operation} must return ${JSON.stringify(whole)}, not ${JSON.stringify(plain)}.`,
    )
  }
}
