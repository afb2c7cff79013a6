import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import { checkOptions, CLOCK, type OptionRules, or, whole } from '@stageflow/core/kit'
import type { StoredUndo, UndoEntry, UndoStore } from '@stageflow/keyed-work'

/** The options of `memoryUndoStore()`. */
export interface MemoryUndoStoreOptions {
  /** Maximum number of entries. Default: 10,000. */
  readonly maxEntries?: number
  /** Maximum size of all entries together, in characters. Default: 67,108,864 (64 Mi). */
  readonly maxLength?: number
  /** Measures how long calls can be undone and are claimed. Default: the system's. */
  readonly clock?: Clock
}

interface Held {
  readonly entry: UndoEntry
  readonly expiresAt: number
  readonly goneAt: number
  readonly length: number
  token: string | undefined
  leasedUntil: number
}

const OPTIONS: OptionRules<MemoryUndoStoreOptions> = {
  maxEntries: or(whole(1), Infinity),
  maxLength: or(whole(1), Infinity),
  clock: CLOCK,
}

/** What an entry takes besides its texts. */
const ENTRY_LENGTH = 128

/**
 * A store in this process's memory. When it is full, it removes expired calls. If there are none, it refuses new ones
 * (`undo/full`), because the calls in it have been promised to be undoable.
 */
export function memoryUndoStore(options: MemoryUndoStoreOptions = {}): UndoStore {
  checkOptions('memoryUndoStore()', 'undo/illegal-option', options, OPTIONS)
  const { maxEntries = 10_000, maxLength = 2 ** 26, clock = systemClock } = options
  /** In the order of their adding. */
  const entries = new Map<string, Held>()
  const byRun = new Map<string, Set<string>>()
  let total = 0

  function drop({ entry: { id, run }, length }: Held): void {
    entries.delete(id)
    total -= length
    if (run === undefined) return
    const ids = byRun.get(run)
    ids?.delete(id)
    if (ids?.size === 0) byRun.delete(run)
  }
  function heldOf(id: string): Held | undefined {
    const held = entries.get(id)
    if (held === undefined || held.goneAt > clock.now()) return held
    drop(held)
    return undefined
  }
  function makeRoom(length: number): void {
    const isFull = (): boolean => entries.size >= maxEntries || total + length > maxLength
    if (length > maxLength)
      throw full(
        `The call is larger than memoryUndoStore() may be altogether: ${maxLength} characters. Raise maxLength.`,
      )
    const now = clock.now()
    if (isFull())
      for (const held of entries.values()) {
        if (held.expiresAt <= now && held.leasedUntil <= now) drop(held)
        if (!isFull()) break
      }
    if (isFull())
      throw full(
        `memoryUndoStore() is full with ${entries.size} calls that can be undone (maxEntries ${maxEntries}, maxLength ${maxLength} characters). Raise its bounds, or lower ttlMs of undoLog().`,
      )
  }

  return {
    outlivesProcess: false,
    add(entry) {
      const { id, run, callId, call, ttlMs, retentionMs } = entry
      if (heldOf(id) !== undefined) return
      const length = id.length + (run?.length ?? 0) + callId.length + call.length + ENTRY_LENGTH
      makeRoom(length)
      const expiresAt = clock.now() + ttlMs
      entries.set(id, { entry, expiresAt, goneAt: expiresAt + retentionMs, length, token: undefined, leasedUntil: 0 })
      total += length
      if (run !== undefined) byRun.set(run, (byRun.get(run) ?? new Set()).add(id))
    },
    find({ run, callId }) {
      const now = clock.now()
      const ids = run === undefined ? entries.keys() : (byRun.get(run) ?? [])
      return [...ids]
        .map((id) => entries.get(id) as Held)
        .filter(({ entry, goneAt }) => goneAt > now && (callId === undefined || entry.callId === callId))
        .map((held) => storedOf(held, now))
    },
    claim(id, { token, leaseMs }) {
      const held = heldOf(id)
      if (held === undefined) return { status: 'missing' }
      const now = clock.now()
      if (held.token !== token) {
        if (held.leasedUntil > now) return { status: 'taken', leaseMs: held.leasedUntil - now }
        if (held.expiresAt <= now) return { status: 'expired' }
      }
      Object.assign(held, { token, leasedUntil: now + leaseMs })
      return { status: 'claimed' }
    },
    release(id, token) {
      const held = heldOf(id)
      if (held?.token === token) Object.assign(held, { token: undefined, leasedUntil: 0 })
    },
    remove(id, token) {
      const held = heldOf(id)
      if (held?.token === token) drop(held)
    },
  }
}

function storedOf({ entry: { id, run, callId, call }, expiresAt }: Held, now: number): StoredUndo {
  return Object.freeze({ id, run, callId, call, leftMs: Math.max(0, expiresAt - now) })
}

function full(message: string): StageflowError {
  return new StageflowError('undo/full', message)
}
