import { StageflowError } from '@stageflow/core'

import type { ResolvedCall } from './call-types.ts'
import { textOf } from './error-text.ts'
import { ownCopy } from './own-copy.ts'
import { cleanText, shownText } from './redact.ts'
import type { Caller } from './tool-executor-caller.ts'
import type { ExecutorSettings } from './tool-executor-options.ts'
import { undoContext } from './undo-context.ts'
import { thrown, type HandlerFailure } from './tool-executor-settled.ts'
import { Stop, Stops } from './tool-executor-stops.ts'
import type { UndoEvent } from './tool-events.ts'
import type { UndoEntry, UndoQuery } from './undo-store.ts'

/** What became of one call that was to be undone. */
export interface UndoResult {
  /** `unknown`: there is no such call that can be undone, or no longer. */
  readonly status: 'undone' | 'failed' | 'expired' | 'unknown'
  readonly callId: string
  readonly toolName: string | undefined
  readonly error: { readonly code: string; readonly message: string } | undefined
}

/** What became of the calls of a run. */
export interface Compensation {
  readonly pipelineRunId: string
  /** Whether nothing is left of what its tools with an `undo` did: all lists and counts below, but for `undone`, are empty, and it was not stopped. */
  readonly isComplete: boolean
  /** Each in the order in which it was tried: the last call first. */
  readonly undone: readonly UndoResult[]
  /** They are kept, and can be tried again. */
  readonly failed: readonly UndoResult[]
  /** Those that a full store has given up for being too old are not known any more, and not among them. */
  readonly expired: readonly UndoResult[]
  /** How many calls of it the store did not keep. */
  readonly notRecorded: number
  /** How many calls of it wait or still run: what they do can be undone when they have ended. */
  readonly stillRunning: number
}

/** Of how many runs it is known that calls were not recorded; the oldest are forgotten. */
const MOST_RUNS = 10_000

interface Recorded {
  readonly output: unknown
  readonly kept: unknown
  readonly idempotencyKey: string
  readonly resultKey: string | undefined
}

/** Knows the calls that can be undone. */
export class UndoLog {
  readonly #settings: ExecutorSettings
  readonly #forgetResult: (key: string) => Promise<void>
  /** Those that are being undone: whoever asks for them meanwhile gets the same answer. */
  readonly #undoing = new Map<string, { readonly entry: UndoEntry; readonly result: Promise<UndoResult> }>()
  readonly #running = new Map<string, number>()
  readonly #notRecorded = new Map<string, number>()
  #sequence = 0

  constructor(settings: ExecutorSettings, forgetResult: (key: string) => Promise<void>) {
    this.#settings = settings
    this.#forgetResult = forgetResult
  }

  /** A call begins whose work can be undone; the answer tells that its handler has left for good. */
  begin({ ids }: Caller): () => void {
    const { pipelineRunId } = ids
    if (pipelineRunId === undefined) return () => {}
    count(this.#running, pipelineRunId, 1)
    return () => count(this.#running, pipelineRunId, -1)
  }

  /** Whether the call can be undone from now on; where the store refuses it, `tool.undo_failed` says so. */
  async record(
    call: ResolvedCall,
    { caller, behavior }: { readonly caller: Caller; readonly behavior: string | undefined },
    recorded: Recorded,
  ): Promise<boolean> {
    const completedAt = caller.clock.now()
    const entry: UndoEntry = {
      ...recorded,
      id: crypto.randomUUID(),
      sequence: this.#sequence++,
      callId: call.callId,
      toolName: call.name,
      tool: call.tool,
      ids: caller.ids,
      behavior,
      input: call.input,
      ports: caller.ports,
      completedAt,
      expiresAt: completedAt + this.#settings.undoTtlMs,
    }
    return this.#keep(entry, caller)
  }

  async #keep(entry: UndoEntry, caller: Caller): Promise<boolean> {
    try {
      await this.#settings.undoStore.add(entry)
      return true
    } catch (error) {
      emitFailed(caller, entry, 'not_recorded', thrown(error))
      const { pipelineRunId } = entry.ids
      if (pipelineRunId !== undefined) count(this.#notRecorded, pipelineRunId, 1)
      for (const oldest of this.#notRecorded.keys())
        if (this.#notRecorded.size > MOST_RUNS) this.#notRecorded.delete(oldest)
        else break
      return false
    }
  }

  async undo(query: UndoQuery & { readonly callId: string }, caller: Caller): Promise<UndoResult> {
    const { callId } = query
    let found: readonly UndoEntry[]
    try {
      found = await this.#find(query, caller)
    } catch (error) {
      return { status: 'failed', callId, toolName: undefined, error: errorOf(thrown(error)) }
    }
    const now = caller.clock.now()
    const inTime = found.filter(({ expiresAt }) => now < expiresAt)
    const entries = inTime.length > 0 ? inTime : found.slice(-1)
    const [entry, another] = entries
    if (another !== undefined)
      throw new StageflowError(
        'tools/ambiguous-call',
        `${entries.length} calls that can be undone have the id "${callId}". Pass the run, undo(callId, { pipelineRunId }), or undo a whole run by compensate(pipelineRunId).`,
      )
    if (entry === undefined) return { status: 'unknown', callId, toolName: undefined, error: undefined }
    return this.#once(entry, caller)
  }

  async compensate(pipelineRunId: string, caller: Caller): Promise<Compensation> {
    const results = new Map<string, UndoResult>()
    let entries = await this.#find({ pipelineRunId }, caller)
    while (entries.length > 0) {
      // One after the other, the last first: what was done on top of something is undone before it.
      for (const entry of entries.toReversed()) results.set(entry.id, await this.#once(entry, caller))
      // Calls may have ended meanwhile.
      if (caller.stops.stop !== undefined) break
      entries = (await this.#find({ pipelineRunId }, caller)).filter(({ id }) => !results.has(id))
    }
    const of = (status: UndoResult['status']): readonly UndoResult[] =>
      [...results.values()].filter((result) => result.status === status)
    const failed = of('failed')
    const expired = of('expired')
    const notRecorded = this.#notRecorded.get(pipelineRunId) ?? 0
    const stillRunning = this.#running.get(pipelineRunId) ?? 0
    const isStopped = caller.stops.stop !== undefined
    const isComplete = !isStopped && failed.length + expired.length + notRecorded + stillRunning === 0
    return { pipelineRunId, isComplete, undone: of('undone'), failed, expired, notRecorded, stillRunning }
  }

  async #find(query: UndoQuery, { stops }: Caller): Promise<readonly UndoEntry[]> {
    const stored = await stops.race((async () => this.#settings.undoStore.find(query))()).catch((error: unknown) => {
      throw unavailable(error)
    })
    if (stored instanceof Stop) throw stored.error
    const undoing = [...this.#undoing.values()]
      .map(({ entry }) => entry)
      .filter(({ id, callId, ids }) => {
        if (stored.some((entry) => entry.id === id)) return false
        const { callId: wanted = callId, pipelineRunId = ids.pipelineRunId } = query
        return wanted === callId && pipelineRunId === ids.pipelineRunId
      })
    return [...stored, ...undoing].toSorted(
      (one, other) => one.completedAt - other.completedAt || one.sequence - other.sequence,
    )
  }

  #once(entry: UndoEntry, caller: Caller): Promise<UndoResult> {
    const running = this.#undoing.get(entry.id)
    if (running !== undefined) return running.result
    const result = this.#undo(entry, caller)
    this.#undoing.set(entry.id, { entry, result })
    return result
  }

  async #undo(entry: UndoEntry, caller: Caller): Promise<UndoResult> {
    const { callId, toolName } = entry
    let left: Promise<unknown> = Promise.resolve()
    const failed = (reason: 'failed' | 'timed_out' | 'cancelled' | 'expired', failure: HandlerFailure): UndoResult => {
      emitFailed(caller, entry, reason, failure)
      const status = reason === 'expired' ? 'expired' : 'failed'
      return { status, callId, toolName, error: errorOf(failure, entry) }
    }
    try {
      const startedAt = caller.clock.now()
      // It stays in the store: whoever asks again is to be told the same.
      if (startedAt >= entry.expiresAt) return failed('expired', thrown(tooLate(entry)))
      const before = caller.stops.stop
      if (before !== undefined) return failed(reasonOf(before), thrown(before.error))
      const removing = (async () => this.#settings.undoStore.remove(entry.id))()
      const removed = await caller.stops.race(removing)
      if (!removed) return { status: 'unknown', callId, toolName, error: undefined }
      const { stop } = caller.stops
      if (stop !== undefined) {
        left = removing.then((isOurs) => isOurs && this.#keep(entry, caller)).catch(() => {})
        return failed(reasonOf(stop), thrown(stop.error))
      }
      const stops = new Stops()
      const work = this.#handle(entry, caller, stops)
      left = work
      const ended = await this.#limited(entry, caller, stops, work)
      if (ended === undefined) {
        const stop = stops.stop as Stop
        return failed(reasonOf(stop), thrown(stop.error))
      }
      if (!ended.ok) return failed(stops.stop === undefined ? 'failed' : reasonOf(stops.stop), ended)
      caller.emit?.('tool.undone', { ...about(entry), durationMs: caller.clock.now() - startedAt })
      return { status: 'undone', callId, toolName, error: undefined }
    } catch (error) {
      return failed('failed', thrown(unavailable(error)))
    } finally {
      void left.then(() => this.#undoing.delete(entry.id))
    }
  }

  /** What came of the handler, waited for a while after it was stopped; undefined where it still runs. */
  async #limited(entry: UndoEntry, caller: Caller, stops: Stops, work: Promise<Ended>): Promise<Ended | undefined> {
    const { clock } = caller
    const { timeoutMs } = entry.tool
    const late = (): void => stops.end(new Stop('timed-out', tookLong(entry, timeoutMs)))
    const unlink = caller.stops.onStop(stops.end)
    const stopTimer = timeoutMs === false ? undefined : clock.setTimeout(late, timeoutMs)
    const ended = await stops.race(work)
    stopTimer?.()
    unlink()
    if (!(ended instanceof Stop)) return ended
    return new Promise((resolve) => {
      const stopGrace = clock.setTimeout(() => resolve(undefined), this.#settings.graceMs)
      void work.then((settled) => {
        stopGrace()
        resolve(settled)
      })
    })
  }

  /** Runs the handler to its real end. Never rejects. */
  async #handle(entry: UndoEntry, caller: Caller, stops: Stops): Promise<Ended> {
    const { tool, callId, input, output, kept, completedAt, resultKey } = entry
    try {
      const context = undoContext(entry, caller, stops)
      await tool.undo?.(Object.freeze({ callId, input: ownCopy(input), output, kept, completedAt }), context)
    } catch (error) {
      await this.#keep(entry, caller)
      return thrown(error)
    }
    if (resultKey !== undefined) await this.#forgetResult(resultKey)
    return { ok: true }
  }
}

function count(counts: Map<string, number>, key: string, change: number): void {
  const now = (counts.get(key) ?? 0) + change
  if (now === 0) counts.delete(key)
  else counts.set(key, now)
}

type Ended = { readonly ok: true } | HandlerFailure

function errorOf({ code, message }: HandlerFailure, entry?: UndoEntry): NonNullable<UndoResult['error']> {
  return { code, message: cleanText(entry?.tool, message, entry?.input) }
}

function unavailable(cause: unknown): StageflowError {
  const message = `Nothing was undone: the store of calls that can be undone failed (${textOf(cause)}). Mend it, and try again.`
  return new StageflowError('tools/store-unavailable', message, { cause })
}

const reasonOf = (stop: Stop): 'timed_out' | 'cancelled' => (stop.kind === 'timed-out' ? 'timed_out' : 'cancelled')

const about = ({ toolName, callId, ids, completedAt }: UndoEntry): UndoEvent => ({
  toolName,
  callId,
  originalRunId: ids.pipelineRunId,
  originalTimestamp: completedAt,
})

function emitFailed(
  { emit }: Caller,
  entry: UndoEntry,
  reason: 'failed' | 'timed_out' | 'cancelled' | 'expired' | 'not_recorded',
  { code, message }: HandlerFailure,
): void {
  const errorMessage = shownText(entry.tool, cleanText(entry.tool, message, entry.input))
  emit?.('tool.undo_failed', { ...about(entry), reason, errorCode: code, errorMessage })
}

function tooLate({ toolName, callId, completedAt, expiresAt }: UndoEntry): StageflowError {
  const message = `The call "${callId}" of tool "${toolName}" can no longer be undone: that was possible for ${expiresAt - completedAt} ms. Raise undoTtlMs, or reverse it by hand.`
  return new StageflowError('tools/undo-expired', message)
}

function tookLong({ toolName }: UndoEntry, timeoutMs: number | false): StageflowError {
  return new StageflowError('tools/timed-out', `To undo a call of tool "${toolName}" took longer than ${timeoutMs} ms.`)
}
