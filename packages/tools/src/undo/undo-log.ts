import { StageflowError } from '@stageflow/core'

import type { ResolvedCall } from '../parsed-call.ts'
import { ownCopy } from '../plain-copy.ts'
import { type Caller, handlerEmit, Stop, Stops } from '../executor/caller.ts'
import type { ExecutorSettings } from '../executor/options.ts'
import { thrown, type HandlerFailure } from '../executor/settled.ts'
import type { ToolContext } from '../tool-types.ts'
import { about, emitFailed, errorOf, reasonOf, tookLong, tooLate, unavailable } from './undo-report.ts'
import type { UndoEntry, UndoQuery } from './undo-store.ts'

/** What became of a call to undo. */
export interface UndoResult {
  /** `unknown`: there is no such call that can be undone, or it has been undone. */
  readonly status: 'undone' | 'failed' | 'expired' | 'unknown'
  readonly callId: string
  readonly toolName: string | undefined
  readonly error: { readonly code: string; readonly message: string } | undefined
}

/** What became of the calls of a run. */
export interface Compensation {
  readonly pipelineRunId: string
  /** Whether everything was undone: nothing failed, expired, was not recorded or still runs, and nothing stopped the undoing. */
  readonly isComplete: boolean
  /** In the order in which they were undone: the last call first. */
  readonly undone: readonly UndoResult[]
  /** They are kept: you can try again. */
  readonly failed: readonly UndoResult[]
  /** Expired calls that a full store has removed are not among them. */
  readonly expired: readonly UndoResult[]
  /** How many calls the undo store did not keep. */
  readonly notRecorded: number
  /** How many calls wait or still run. You can undo them when they have ended. */
  readonly stillRunning: number
}

/** For how many runs it remembers that calls were not recorded. It forgets the oldest. */
const MOST_RUNS = 10_000

interface Recorded {
  readonly output: unknown
  readonly kept: unknown
  readonly idempotencyKey: string
  readonly resultKey: UndoEntry['resultKey']
}

/** Records the calls that can be undone, and undoes them. */
export class UndoLog {
  readonly #settings: ExecutorSettings
  readonly #forgetResult: (key: NonNullable<UndoEntry['resultKey']>) => Promise<void>
  /** Calls that are being undone. Other callers get the same result. */
  readonly #undoing = new Map<string, { readonly entry: UndoEntry; readonly result: Promise<UndoResult> }>()
  readonly #running = new Map<string, number>()
  readonly #notRecorded = new Map<string, number>()
  #sequence = 0

  constructor(settings: ExecutorSettings, forgetResult: (key: NonNullable<UndoEntry['resultKey']>) => Promise<void>) {
    this.#settings = settings
    this.#forgetResult = forgetResult
  }

  /** Counts a call that begins and can be undone. Call the returned function when its handler has returned for good. */
  begin({ ids }: Caller): () => void {
    const { pipelineRunId } = ids
    if (pipelineRunId === undefined) return () => {}
    count(this.#running, pipelineRunId, 1)
    return () => count(this.#running, pipelineRunId, -1)
  }

  /** Records a call, and returns whether it can be undone. If the store refuses it, `tool.undo_failed` says so. */
  async record(
    call: ResolvedCall,
    { caller, executionMode }: { readonly caller: Caller; readonly executionMode: string | undefined },
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
      executionMode,
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
        `${entries.length} calls that can be undone have the id "${callId}". Name the run, undo(callId, { pipelineRunId }), or undo a whole run with compensate(pipelineRunId).`,
      )
    if (entry === undefined) return { status: 'unknown', callId, toolName: undefined, error: undefined }
    return this.#once(entry, caller)
  }

  async compensate(pipelineRunId: string, caller: Caller): Promise<Compensation> {
    const results = new Map<string, UndoResult>()
    let entries = await this.#find({ pipelineRunId }, caller)
    while (entries.length > 0) {
      // One after the other, the last one first: a later call may build on an earlier one.
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
      // It stays in the store, so that the next caller gets the same result.
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

  /** How the handler ended, with the grace time if it was stopped; undefined if it still runs. */
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

  /** Runs the handler until it returns. Never rejects. */
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

/** The context of an `undo`: that of the call, with the signal, clock and events of the caller that undoes it. */
function undoContext(entry: UndoEntry, { clock, ports, emit, heartbeat }: Caller, stops: Stops): ToolContext<never> {
  const { ids } = entry
  return Object.freeze({
    callId: entry.callId,
    toolName: entry.toolName,
    attempt: 1,
    signal: stops.signal,
    clock,
    ports: (ports ?? entry.ports ?? {}) as never,
    idempotencyKey: `${entry.idempotencyKey}/undo`,
    executionMode: entry.executionMode,
    pipelineRunId: ids.pipelineRunId,
    requestId: ids.requestId,
    sessionId: ids.sessionId,
    userId: ids.userId,
    orgId: ids.orgId,
    interactionId: ids.interactionId,
    emit: handlerEmit(emit),
    progress: () => heartbeat(),
    partial: () => heartbeat(),
    keepForUndo: () => {},
  })
}
