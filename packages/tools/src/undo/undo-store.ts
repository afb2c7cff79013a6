import { StageflowError, type RunIdentity } from '@stageflow/core'

import { lengthOf } from './frozen-copy.ts'
import { storeBounds, type MemoryStoreOptions } from './store-bounds.ts'
import type { AnyTool } from './tool-types.ts'

/** A call that can be undone. */
export interface UndoEntry {
  /** Its own: two calls may have the same `callId`. */
  readonly id: string
  /** Grows with each entry of an executor; tells those of the same instant apart. */
  readonly sequence: number
  readonly callId: string
  readonly toolName: string
  /** Whose `undo` reverses it. A store that writes elsewhere keeps the name, and puts the tool back. */
  readonly tool: AnyTool
  readonly ids: Readonly<Partial<RunIdentity>>
  readonly behavior: string | undefined
  readonly idempotencyKey: string
  /** Under which the result of the call is kept; forgotten when it is undone. */
  readonly resultKey: string | undefined
  readonly input: unknown
  readonly output: unknown
  readonly kept: unknown
  /** The ports of the call, for an undo that brings none. */
  readonly ports: unknown
  readonly completedAt: number
  readonly expiresAt: number
}

/** Which calls are looked for: those that match all that is given. */
export interface UndoQuery {
  readonly callId?: string
  readonly pipelineRunId?: string
}

/** Where calls that can be undone are kept. */
export interface UndoStore {
  /** Throws where it cannot keep it: the call is then reported as one that cannot be undone. */
  add(entry: UndoEntry): void | Promise<void>
  /** The oldest first, those whose time is over too. */
  find(query: UndoQuery): readonly UndoEntry[] | Promise<readonly UndoEntry[]>
  /** Whether it was there, and is gone by this call: of two that remove one, one is told true. */
  remove(id: string): boolean | Promise<boolean>
}

/**
 * Calls in this process's memory. Full, it makes room by what can no longer be undone; when nothing is left to give up
 * it refuses what is new (`tools/undo-store-full`), for those that are in it have been promised.
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
        throw full(`The call is larger than all of memoryUndoStore may be, ${maxLength} characters; raise maxLength.`)
      const isFull = (): boolean => entries.size >= maxEntries || total + length > maxLength
      if (isFull())
        for (const [id, { entry: old }] of entries) {
          if (old.expiresAt <= entry.completedAt) remove(id)
          if (!isFull()) break
        }
      if (isFull())
        throw full(
          `${entries.size} calls that can be undone fill memoryUndoStore (maxEntries ${maxEntries}, maxLength ${maxLength} characters). Raise its bounds, or lower undoTtlMs.`,
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
