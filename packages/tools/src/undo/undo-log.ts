import { StageflowError } from '@stageflow/core'

import { type Caller, Stop, Stops } from '../executor/caller.ts'
import type { ExecutorSettings } from '../executor/options.ts'
import { thrown, type HandlerFailure } from '../executor/settled.ts'
import type { StoreErrors } from '../executor/store-errors.ts'
import type { ResolvedCall } from '../parsed-call.ts'
import type { AnyTool, ToolContext } from '../tool-types.ts'
import { callText, recordedCall, storedId, type RecordedCall, type UndoCall } from './undo-call.ts'
import { UndoClaim } from './undo-claim.ts'
import { undoContext } from './undo-context.ts'
import {
  about,
  emitFailed,
  errorOf,
  noUndo,
  reasonOf,
  tookLong,
  tooLate,
  unavailable,
  undoLost,
  undoneElsewhere,
} from './undo-report.ts'
import type { Compensation, UndoResult } from './undo-result.ts'
import type { UndoStore } from './undo-store.ts'

/** How many runs it remembers. It forgets the oldest. */
const MOST_RUNS = 10_000
/** How long an expired call is kept, so that `compensate` reports it: 7 days, in ms. */
const KEEP_MS = 604_800_000

/** The tools of who undoes: a store keeps only their names. */
export type ToolsByName = ReadonlyMap<string, AnyTool>

type Ended = { readonly ok: true } | HandlerFailure

/** Records the calls that can be undone, and undoes them. */
export class UndoLog {
  readonly #settings: ExecutorSettings
  readonly #store: UndoStore
  readonly #errors: StoreErrors
  readonly #forgetResult: (key: NonNullable<UndoCall['resultKey']>) => Promise<void>
  /** Calls that are being undone. Other callers get the same result. */
  readonly #undoing = new Map<string, Promise<UndoResult>>()
  readonly #running = new Map<string, number>()
  readonly #notRecorded = new Map<string, number>()
  /** Runs whose calls this process has made. */
  readonly #known = new Set<string>()

  constructor(
    settings: ExecutorSettings,
    errors: StoreErrors,
    forgetResult: (key: NonNullable<UndoCall['resultKey']>) => Promise<void>,
  ) {
    this.#settings = settings
    this.#store = settings.undoStore
    this.#errors = errors
    this.#forgetResult = forgetResult
  }

  /** Remembers that this process makes calls of the run. */
  know({ ids: { pipelineRunId } }: Caller): void {
    if (pipelineRunId === undefined) return
    this.#known.delete(pipelineRunId)
    this.#known.add(pipelineRunId)
    forgetOldest(this.#known)
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
    { callId, name: toolName, tool, input }: ResolvedCall,
    { caller, executionMode }: { readonly caller: Caller; readonly executionMode: string | undefined },
    recorded: Pick<UndoCall, 'output' | 'kept' | 'idempotencyKey' | 'resultKey'>,
  ): Promise<boolean> {
    const { ids } = caller
    const { pipelineRunId } = ids
    const { undoTtlMs: ttlMs } = this.#settings
    const completedAt = caller.clock.now()
    const call = { ...recorded, callId, toolName, ids, executionMode, input, completedAt, ttlMs }
    try {
      await this.#store.add({
        id: crypto.randomUUID(),
        run: pipelineRunId && storedId(pipelineRunId),
        callId: storedId(callId),
        call: callText(call),
        ttlMs,
        keepMs: KEEP_MS,
      })
      return true
    } catch (error) {
      emitFailed(caller, call, tool, 'not_recorded', thrown(error))
      if (pipelineRunId !== undefined) count(this.#notRecorded, pipelineRunId, 1)
      forgetOldest(this.#notRecorded)
      return false
    }
  }

  async undo(callId: string, run: string | undefined, caller: Caller, tools: ToolsByName): Promise<UndoResult> {
    let found: readonly Found[]
    try {
      found = await this.#find({ callId: storedId(callId), ...(run !== undefined && { run: storedId(run) }) }, caller)
    } catch (error) {
      return { status: 'failed', callId, toolName: undefined, error: errorOf(thrown(error)) }
    }
    const inTime = found.filter(({ leftMs }) => leftMs > 0)
    const entries = inTime.length > 0 ? inTime : found.slice(-1)
    const [entry, another] = entries
    if (another !== undefined)
      throw new StageflowError(
        'tools/ambiguous-call',
        `${entries.length} calls that can be undone have the id "${callId}". Name the run, undo(callId, { pipelineRunId }), or undo a whole run with compensate(pipelineRunId).`,
      )
    if (entry === undefined) return { status: 'unknown', callId, toolName: undefined, error: undefined }
    return this.#once(entry.call, caller, tools)
  }

  async compensate(pipelineRunId: string, caller: Caller, tools: ToolsByName): Promise<Compensation> {
    const results = new Map<string, UndoResult>()
    const find = async (): Promise<readonly RecordedCall[]> =>
      (await this.#find({ run: storedId(pipelineRunId) }, caller))
        .map(({ call }) => call)
        .filter(({ id }) => !results.has(id))
    let calls = await find()
    while (calls.length > 0) {
      // One after the other, the last one first: a later call may build on an earlier one.
      for (const call of calls.toReversed()) results.set(call.id, await this.#once(call, caller, tools))
      // Calls may have ended meanwhile.
      if (caller.stops.stop !== undefined) break
      calls = await find()
    }
    const of = (status: UndoResult['status']): readonly UndoResult[] =>
      [...results.values()].filter((result) => result.status === status)
    const failed = of('failed')
    const expired = of('expired')
    const notRecorded = this.#notRecorded.get(pipelineRunId) ?? 0
    const stillRunning = this.#running.get(pipelineRunId) ?? 0
    const isKnown = this.#store.outlivesProcess || results.size > 0 || this.#known.has(pipelineRunId)
    const isStopped = caller.stops.stop !== undefined
    const isComplete = isKnown && !isStopped && failed.length + expired.length + notRecorded + stillRunning === 0
    return { pipelineRunId, isComplete, isKnown, undone: of('undone'), failed, expired, notRecorded, stillRunning }
  }

  async #find(query: Parameters<UndoStore['find']>[0], { stops }: Caller): Promise<readonly Found[]> {
    const found = (async () =>
      (await this.#store.find(query)).map((stored) => ({ call: recordedCall(stored), leftMs: stored.leftMs })))()
    const stored = await stops.race(found).catch((error: unknown) => {
      throw unavailable(error)
    })
    if (stored instanceof Stop) throw stored.error
    return stored
  }

  #once(call: RecordedCall, caller: Caller, tools: ToolsByName): Promise<UndoResult> {
    const running = this.#undoing.get(call.id)
    if (running !== undefined) return running
    const result = this.#undo(call, caller, tools)
    this.#undoing.set(call.id, result)
    return result
  }

  async #undo(call: RecordedCall, caller: Caller, tools: ToolsByName): Promise<UndoResult> {
    const { callId, toolName } = call
    const tool = tools.get(toolName)
    const claim = new UndoClaim(call.id, this.#settings.undoLeaseMs, caller.clock, this.#store, this.#errors)
    let left: Promise<unknown> = Promise.resolve()
    const failed = (reason: Parameters<typeof emitFailed>[3], failure: HandlerFailure): UndoResult => {
      emitFailed(caller, call, tool, reason, failure)
      const status = reason === 'expired' ? 'expired' : 'failed'
      return { status, callId, toolName, error: errorOf(failure, tool, call) }
    }
    const stopped = (stop: Stop): UndoResult => failed(reasonOf(stop), thrown(stop.error))
    try {
      const startedAt = caller.clock.now()
      if (caller.stops.stop !== undefined) return stopped(caller.stops.stop)
      const taken = await claim.take(caller, this.#waitMs(tool))
      if (taken instanceof Stop) return stopped(taken)
      if (taken === 'missing') return { status: 'unknown', callId, toolName, error: undefined }
      // It stays in the store, so that the next caller gets the same result.
      if (taken === 'expired') return failed('expired', thrown(tooLate(call)))
      if (taken === 'taken') return failed('failed', thrown(undoneElsewhere(call)))
      if (tool?.undo === undefined) {
        await claim.release()
        return failed('failed', thrown(noUndo(call, tool)))
      }
      const stops = new Stops()
      claim.hold(() => stops.end(new Stop('lost', undoLost(call))))
      const work = handle(call, tool.undo, undoContext(call, caller, stops))
      const settled = work.then((ended) => this.#settle(call, ended, claim))
      left = settled
      const ended = await this.#limited(call, tool, caller, stops, work)
      if (ended === undefined) return stopped(stops.stop as Stop)
      await settled
      if (!ended.ok) return failed(stops.stop === undefined ? 'failed' : reasonOf(stops.stop), ended)
      caller.emit?.('tool.undone', { ...about(call), durationMs: caller.clock.now() - startedAt })
      return { status: 'undone', callId, toolName, error: undefined }
    } catch (error) {
      return failed('failed', thrown(unavailable(error)))
    } finally {
      void left.then(() => this.#undoing.delete(call.id))
    }
  }

  /** How long to wait for another process that undoes the call: until it is through, and if it dies, until its lease is over. */
  #waitMs(tool: AnyTool | undefined): number {
    const { undoLeaseMs, graceMs } = this.#settings
    return tool?.timeoutMs === false ? Infinity : undoLeaseMs + graceMs + (tool?.timeoutMs ?? 0)
  }

  /** How the handler ended, with the grace time if it was stopped; undefined if it still runs. */
  async #limited(
    call: UndoCall,
    { timeoutMs }: AnyTool,
    caller: Caller,
    stops: Stops,
    work: Promise<Ended>,
  ): Promise<Ended | undefined> {
    const { clock } = caller
    const late = (): void => stops.end(new Stop('timed-out', tookLong(call, timeoutMs)))
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

  /** Gives the claim back when the handler has returned. Never rejects. */
  async #settle({ resultKey }: UndoCall, { ok }: Ended, claim: UndoClaim): Promise<void> {
    if (!ok) return claim.release()
    if (resultKey !== undefined) await this.#forgetResult(resultKey)
    // Last: if the process dies before, the call is undone again.
    await claim.remove()
  }
}

/** Runs the handler until it returns. Never rejects. */
async function handle(
  { callId, input, output, kept, completedAt }: UndoCall,
  undo: NonNullable<AnyTool['undo']>,
  context: ToolContext<never>,
): Promise<Ended> {
  try {
    await undo(Object.freeze({ callId, input, output, kept, completedAt }), context)
    return { ok: true }
  } catch (error) {
    return thrown(error)
  }
}

interface Found {
  readonly call: RecordedCall
  readonly leftMs: number
}

function count(counts: Map<string, number>, key: string, change: number): void {
  const now = (counts.get(key) ?? 0) + change
  if (now === 0) counts.delete(key)
  else counts.set(key, now)
}

function forgetOldest(runs: Map<string, unknown> | Set<string>): void {
  for (const oldest of runs.keys())
    if (runs.size > MOST_RUNS) runs.delete(oldest)
    else return
}
