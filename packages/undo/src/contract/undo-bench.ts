import { isDeepStrictEqual } from 'node:util'

import { LONG_MS, must, StoreBench } from '@stageflow/keyed-work/suite'
import type { StoredUndo, UndoClaimAnswer, UndoEntry, UndoQuery, UndoStore } from '@stageflow/keyed-work'

/** Calls the store under test for a case, with a run and ids that no other case uses. */
export class UndoBench extends StoreBench<UndoStore> {
  readonly #prefix: string = crypto.randomUUID()

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
      retentionMs: LONG_MS,
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
