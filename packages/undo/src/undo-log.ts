import type { Clock } from '@stageflow/core'
import {
  checkArgumentCount,
  checkNeededCore,
  checkOptions,
  DELAY,
  MILLISECONDS,
  type OptionRules,
} from '@stageflow/core/kit'
import { askStore, leases, STORED_MS, UNDO_STORE, type UndoQuery, type UndoStore } from '@stageflow/keyed-work'
import type {
  Compensation,
  ToolsByName,
  ToolUndoLog,
  UndoableCall,
  UndoCaller,
  UndoQuestion,
  UndoResult,
} from '@stageflow/tool-executor'

import { emitUndoFailed } from './events.ts'
import { ambiguous, failureOf, shownFailure, unavailable } from './failures.ts'
import { checkCompensate, checkUndo } from './log-checks.ts'
import { memoryUndoStore } from './memory-undo-store.ts'
import { UndoAttempt } from './undo-attempt.ts'
import { callText, recordedCall, storedId, type RecordedCall, type UndoCall } from './undo-call.ts'
import type { ClaimSettings } from './undo-claim.ts'

/** The options of `undoLog()`. */
export interface UndoLogOptions {
  /** Keeps the calls that can be undone. Default: `memoryUndoStore()`. */
  readonly store?: UndoStore
  /** How long a completed call can be undone, in ms. Default: 3,600,000 (an hour). */
  readonly ttlMs?: number
  /** How long an undo holds its call without renewing the claim, in ms. It renews it while it runs. Default: 30,000. */
  readonly leaseMs?: number
  /** Maximum time for an operation of the store, in ms. Default: 5,000. */
  readonly storeTimeoutMs?: number
}

const OPTIONS: OptionRules<UndoLogOptions> = {
  store: UNDO_STORE,
  ttlMs: DELAY,
  leaseMs: STORED_MS,
  storeTimeoutMs: MILLISECONDS,
}

/** How many runs it remembers. It forgets the oldest. */
const MOST_RUNS = 10_000
/** How long an expired call is kept, so that `compensate` reports it: 7 days, in ms. */
const RETENTION_MS = 604_800_000

/** Makes the undo log of an executor: `new ToolExecutor({ undo: undoLog() })`. Throws `undo/illegal-option`. */
export function undoLog(options: UndoLogOptions = {}): ToolUndoLog {
  checkArgumentCount(arguments.length, 1, 'undoLog(options)', 'undo/illegal-option')
  checkOptions('undoLog()', 'undo/illegal-option', options, OPTIONS)
  checkNeededCore('The undo store', options.store)
  const { store = memoryUndoStore(), ttlMs = 3_600_000, leaseMs = 30_000, storeTimeoutMs = 5_000 } = options
  return new UndoLog({ store, ttlMs, leaseMs, storeTimeoutMs })
}

class UndoLog implements ToolUndoLog {
  readonly #settings: ClaimSettings & Required<UndoLogOptions>
  /** Calls that are being undone, by the ids of their entries. Other callers get the same result. */
  readonly #undoing = new Map<string, Promise<UndoResult>>()
  readonly #running = new Map<string, number>()
  readonly #notRecorded = new Map<string, number>()
  /** Runs whose calls this process has made. */
  readonly #known = new Set<string>()

  constructor(settings: Required<UndoLogOptions>) {
    this.#settings = { ...settings, leases: leases(settings.leaseMs) }
  }

  noteRun(pipelineRunId: string): void {
    this.#known.delete(pipelineRunId)
    this.#known.add(pipelineRunId)
    forgetOldest(this.#known)
  }

  begin(pipelineRunId: string): () => void {
    count(this.#running, pipelineRunId, 1)
    return () => count(this.#running, pipelineRunId, -1)
  }

  async record(done: UndoableCall, caller: UndoCaller): Promise<boolean> {
    const { pipelineRunId } = caller.ids
    const call = this.#undoCallOf(done, caller)
    try {
      await this.#add(call, caller)
      return true
    } catch (error) {
      emitUndoFailed(caller, call, done.call.tool, 'not_recorded', failureOf(error))
      if (pipelineRunId !== undefined) count(this.#notRecorded, pipelineRunId, 1)
      forgetOldest(this.#notRecorded)
      return false
    }
  }

  #undoCallOf({ call, ...done }: UndoableCall, { ids, clock }: UndoCaller): UndoCall {
    const { callId, name: toolName, input } = call
    return { ...done, callId, toolName, ids, input, completedAt: clock.now(), ttlMs: this.#settings.ttlMs }
  }

  async #add(call: UndoCall, { clock }: { readonly clock: Clock }): Promise<void> {
    const { store, storeTimeoutMs } = this.#settings
    const { pipelineRunId } = call.ids
    const entry = {
      id: crypto.randomUUID(),
      run: pipelineRunId && storedId(pipelineRunId),
      callId: storedId(call.callId),
      call: callText(call),
      ttlMs: call.ttlMs,
      retentionMs: RETENTION_MS,
    }
    await askStore(() => store.add(entry), { name: 'the undo store', clock, limitMs: storeTimeoutMs })
  }

  async undo(callId: string, caller: UndoCaller, question: UndoQuestion): Promise<UndoResult> {
    checkUndo(callId, caller, question)
    const { tools, pipelineRunId } = question
    const run = pipelineRunId === undefined ? {} : { run: storedId(pipelineRunId) }
    let found: readonly Found[]
    try {
      found = await this.#find({ callId: storedId(callId), ...run }, caller)
    } catch (error) {
      return { status: 'failed', callId, toolName: undefined, error: shownFailure(failureOf(error)) }
    }
    const undoable = found.filter(({ leftMs }) => leftMs > 0)
    // An expired call is reported only if no other one has its id.
    const [entry, another] = undoable.length > 0 ? undoable : found.slice(-1)
    if (another !== undefined) throw ambiguous(callId, undoable.length)
    if (entry === undefined) return { status: 'unknown', callId, toolName: undefined, error: undefined }
    return this.#undoOnce(entry.call, caller, tools)
  }

  async compensate(pipelineRunId: string, caller: UndoCaller, tools: ToolsByName): Promise<Compensation> {
    checkCompensate(pipelineRunId, caller, tools)
    const results = await this.#undoAll(pipelineRunId, caller, tools)
    const withStatus = (status: UndoResult['status']): readonly UndoResult[] =>
      results.filter((result) => result.status === status)
    const failed = withStatus('failed')
    const expired = withStatus('expired')
    const notRecorded = this.#notRecorded.get(pipelineRunId) ?? 0
    const stillRunning = this.#running.get(pipelineRunId) ?? 0
    const isKnown = this.#settings.store.outlivesProcess || results.length > 0 || this.#known.has(pipelineRunId)
    const isStopped = caller.signal.aborted
    const isComplete = isKnown && !isStopped && failed.length + expired.length + notRecorded + stillRunning === 0
    const undone = withStatus('undone')
    return { pipelineRunId, isComplete, isKnown, undone, failed, expired, notRecorded, stillRunning }
  }

  /** Undoes the calls of a run one after the other, the last one first: a later call may build on an earlier one. */
  async #undoAll(pipelineRunId: string, caller: UndoCaller, tools: ToolsByName): Promise<readonly UndoResult[]> {
    const results = new Map<string, UndoResult>()
    for (;;) {
      const found = await this.#find({ run: storedId(pipelineRunId) }, caller)
      // Calls may have ended while others were undone.
      const calls = found.map(({ call }) => call).filter(({ id }) => !results.has(id))
      if (calls.length === 0) break
      for (const call of calls.toReversed()) results.set(call.id, await this.#undoOnce(call, caller, tools))
      if (caller.signal.aborted) break
    }
    return [...results.values()]
  }

  async #find(query: UndoQuery, { clock, signal }: UndoCaller): Promise<readonly Found[]> {
    const { store, storeTimeoutMs } = this.#settings
    signal.throwIfAborted()
    try {
      const stored = await askStore(() => store.find(query), {
        name: 'the undo store',
        clock,
        limitMs: storeTimeoutMs,
        signal: () => signal,
      })
      return stored.map((entry) => ({ call: recordedCall(entry), leftMs: entry.leftMs }))
    } catch (error) {
      throw signal.aborted ? signal.reason : unavailable(error)
    }
  }

  #undoOnce(call: RecordedCall, caller: UndoCaller, tools: ToolsByName): Promise<UndoResult> {
    const running = this.#undoing.get(call.id)
    if (running !== undefined) return running
    const attempt = new UndoAttempt(call, tools.get(call.toolName), caller, this.#settings)
    const result = attempt.run()
    this.#undoing.set(call.id, result)
    void result.then(() => attempt.left).then(() => this.#undoing.delete(call.id))
    return result
  }
}

interface Found {
  readonly call: RecordedCall
  readonly leftMs: number
}

/** Adds to the count of a run. Counts of 0 are left out. */
function count(counts: Map<string, number>, pipelineRunId: string, added: number): void {
  const total = (counts.get(pipelineRunId) ?? 0) + added
  if (total === 0) counts.delete(pipelineRunId)
  else counts.set(pipelineRunId, total)
}

/** Leaves at most MOST_RUNS runs. */
function forgetOldest(runs: Map<string, unknown> | Set<string>): void {
  for (const oldest of runs.keys()) {
    if (runs.size <= MOST_RUNS) return
    runs.delete(oldest)
  }
}
