import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import { checkArgumentCount, checkOptions, CLOCK, type OptionRules } from '@stageflow/core/kit'
import { BoundedMap, BOUNDS, type StoredUndo, type UndoEntry, type UndoStore } from '@stageflow/keyed-work'

/** The options of `memoryUndoStore()`. */
export interface MemoryUndoStoreOptions {
  /** Maximum number of entries. Default: 10,000. */
  readonly maxEntries?: number
  /** Maximum size of all entries together, in characters. Default: 67,108,864 (64 Mi). */
  readonly maxLength?: number
  /** Measures how long calls can be undone and are claimed. Default: the system's. */
  readonly clock?: Clock
}

const OPTIONS: OptionRules<MemoryUndoStoreOptions> = { ...BOUNDS, clock: CLOCK }

interface Held {
  readonly entry: UndoEntry
  /** When it can no longer be claimed. */
  readonly expiresAt: number
  /** When it counts as missing. */
  readonly goneAt: number
  token: string | undefined
  leasedUntil: number
}

/**
 * A store in this process's memory. When it is full, it removes expired calls. If there are none, it refuses new ones
 * (`undo/full`), because the calls in it have been promised to be undoable.
 */
export function memoryUndoStore(options: MemoryUndoStoreOptions = {}): UndoStore {
  checkArgumentCount(arguments.length, 1, 'memoryUndoStore(options)', 'undo/illegal-option')
  checkOptions('memoryUndoStore()', 'undo/illegal-option', options, OPTIONS)
  const { maxEntries = 10_000, maxLength = 2 ** 26, clock = systemClock } = options
  /** The ids of the entries of each run, in the order of their adding. Undefined: of calls without a run. */
  const byRun = new Map<string | undefined, Set<string>>()
  /** In the order of their adding. */
  const entries = new BoundedMap<Held>({ maxEntries, maxLength }, removeFromRun)

  function addToRun({ id, run }: UndoEntry): void {
    if (!byRun.has(run)) byRun.set(run, new Set())
    byRun.get(run)?.add(id)
  }

  function removeFromRun({ entry: { id, run } }: Held): void {
    byRun.get(run)?.delete(id)
    if (byRun.get(run)?.size === 0) byRun.delete(run)
  }

  const isGone = ({ goneAt }: Held): boolean => goneAt <= clock.now()

  /** Removes the entry first if it is past its time. */
  function heldOf(id: string): Held | undefined {
    const held = entries.get(id)
    if (held !== undefined && isGone(held)) entries.delete(id)
    return entries.get(id)
  }

  function heldOfRun(run: string): readonly Held[] {
    const all = [...(byRun.get(run) ?? [])].map((id) => entries.get(id))
    return all.filter((held) => held !== undefined)
  }

  function add(entry: UndoEntry): void {
    const { id, run = '', callId, call, ttlMs, retentionMs } = entry
    const length = id.length + run.length + callId.length + call.length
    if (!entries.canHold(length))
      throw full(
        `The call is larger than memoryUndoStore() may be altogether: ${maxLength} characters. Raise maxLength.`,
      )
    const now = clock.now()
    if (!entries.makeRoom(length, ({ expiresAt, leasedUntil }) => expiresAt <= now && leasedUntil <= now))
      throw full(
        `memoryUndoStore() is full with ${entries.size} calls that can be undone (maxEntries ${maxEntries}, maxLength ${maxLength} characters). Raise its bounds, or lower ttlMs of undoLog().`,
      )
    const expiresAt = now + ttlMs
    entries.set(id, { entry, expiresAt, goneAt: expiresAt + retentionMs, token: undefined, leasedUntil: 0 }, length)
    addToRun(entry)
  }

  return {
    outlivesProcess: false,
    add(entry) {
      if (heldOf(entry.id) === undefined) add(entry)
    },
    find({ run, callId }) {
      const now = clock.now()
      const all = run === undefined ? [...entries.values()] : heldOfRun(run)
      return all
        .filter((held) => !isGone(held) && (callId === undefined || held.entry.callId === callId))
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
      held.token = token
      held.leasedUntil = now + leaseMs
      return { status: 'claimed' }
    },
    release(id, token) {
      const held = heldOf(id)
      if (held?.token !== token) return
      held.token = undefined
      held.leasedUntil = 0
    },
    remove(id, token) {
      if (heldOf(id)?.token === token) entries.delete(id)
    },
  }
}

function storedOf({ entry: { id, run, callId, call }, expiresAt }: Held, now: number): StoredUndo {
  return Object.freeze({ id, run, callId, call, leftMs: Math.max(0, expiresAt - now) })
}

const full = (message: string): StageflowError => new StageflowError('undo/full', message)
