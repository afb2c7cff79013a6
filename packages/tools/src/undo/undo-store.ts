import { StageflowError, type RunIdentity } from '@stageflow/core'

import { lengthOf } from '../plain-copy.ts'
import { storeBounds, type MemoryStoreOptions } from '../store-bounds.ts'
import type { AnyTool } from '../tool-types.ts'

/** A call that can be undone. */
export interface UndoEntry {
  /** Unique: two calls may have the same `callId`. */
  readonly id: string
  /** Grows with each entry of an executor: the order of entries of the same instant. */
  readonly sequence: number
  readonly callId: string
  readonly toolName: string
  /** The tool, whose `undo` reverses the call. A store outside this process keeps its name, and looks the tool up again. */
  readonly tool: AnyTool
  readonly ids: Readonly<Partial<RunIdentity>>
  readonly executionMode: string | undefined
  readonly idempotencyKey: string
  /** Where the result store has the result of the call. Undoing the call forgets it. */
  readonly resultKey: { readonly key: string; readonly token: string } | undefined
  readonly input: unknown
  readonly output: unknown
  readonly kept: unknown
  /** The ports of the call, for an undo without ports of its own. */
  readonly ports: unknown
  readonly completedAt: number
  readonly expiresAt: number
}

/** Which calls to find: those that match every given field. */
export interface UndoQuery {
  readonly callId?: string
  readonly pipelineRunId?: string
}

/** Keeps the calls that can be undone. */
export interface UndoStore {
  /** Adds an entry. If it throws, the call is reported as one that cannot be undone. */
  add(entry: UndoEntry): void | Promise<void>
  /** Finds entries, the oldest first, expired ones included. */
  find(query: UndoQuery): readonly UndoEntry[] | Promise<readonly UndoEntry[]>
  /** Removes an entry, and returns whether this call removed it: of two callers at once, one gets true. */
  remove(id: string): boolean | Promise<boolean>
}

/**
 * A store in this process's memory. When it is full, it removes expired calls. If there are none, it refuses new ones
 * (`tools/undo-store-full`), because the calls in it have been promised to be undoable.
 */
export function memoryUndoStore(options: MemoryStoreOptions = {}): UndoStore {
  const { maxEntries, maxLength } = storeBounds('memoryUndoStore()', options)
  const entries = new Map<string, { readonly entry: UndoEntry; readonly length: number }>()
  const byRun = new Map<string | undefined, Set<string>>()
  let total = 0

  const remove = (id: string): boolean => {
    const held = entries.get(id)
    if (held === undefined) return false
    entries.delete(id)
    total -= held.length
    const run = held.entry.ids.pipelineRunId
    const ids = byRun.get(run)
    ids?.delete(id)
    if (ids?.size === 0) byRun.delete(run)
    return true
  }

  return {
    add(entry) {
      const length = lengthOf([entry.input, entry.output, entry.kept])
      if (length > maxLength)
        throw full(
          `The call is larger than memoryUndoStore() may be altogether: ${maxLength} characters. Raise maxLength.`,
        )
      const isFull = (): boolean => entries.size >= maxEntries || total + length > maxLength
      if (isFull())
        for (const [id, { entry: old }] of entries) {
          if (old.expiresAt <= entry.completedAt) remove(id)
          if (!isFull()) break
        }
      if (isFull())
        throw full(
          `memoryUndoStore() is full with ${entries.size} calls that can be undone (maxEntries ${maxEntries}, maxLength ${maxLength} characters). Raise its bounds, or lower undoTtlMs.`,
        )
      entries.set(entry.id, { entry, length })
      total += length
      const run = entry.ids.pipelineRunId
      const ids = byRun.get(run) ?? new Set()
      byRun.set(run, ids.add(entry.id))
    },
    find({ callId, pipelineRunId }) {
      const ids = pipelineRunId === undefined ? entries.keys() : (byRun.get(pipelineRunId) ?? [])
      return [...ids]
        .map((id) => (entries.get(id) as { readonly entry: UndoEntry }).entry)
        .filter((entry) => callId === undefined || entry.callId === callId)
        .toSorted((one, other) => one.completedAt - other.completedAt || one.sequence - other.sequence)
    },
    remove,
  }
}

function full(message: string): StageflowError {
  return new StageflowError('tools/undo-store-full', message)
}
