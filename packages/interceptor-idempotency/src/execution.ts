import type { StageOutput, StageRecord } from '@stageflow/core'
import { codeOf } from '@stageflow/core/kit'

import { type StoreLimits, askStore } from './ask-store.ts'
import { type Call, note, storeFailed } from './call.ts'
import type { Heartbeat } from './heartbeat.ts'
import { type Landed, leaseLost, record } from './recording.ts'
import type { IdempotencyStore } from './store.ts'

export interface Settings {
  readonly store: IdempotencyStore
  readonly leaseMs: number
  readonly waitMs: number
  readonly storeTimeoutMs: number
  readonly onStoreError: 'fail' | 'run'
  readonly heartbeat: Heartbeat
}

/**
 * Runs the stage under a claim, and records its output. Calls `land` when waiting callers may go on: later than it returns if
 * the stage's code outlives the stage. `claimed`: the store has the claim.
 */
export async function execute(
  call: Call,
  token: string,
  claimed: boolean,
  settings: Settings,
  land: (landed: Landed) => void,
): Promise<StageOutput> {
  const { context, next } = call
  const { store, leaseMs, storeTimeoutMs: limitMs, onStoreError, heartbeat } = settings
  const { clock } = context
  const over = new AbortController()
  const lost = Promise.withResolvers<StageOutput>()
  let renewal: Promise<void> | undefined
  let answered = false
  let stopRenewing = (): void => {}
  let released: Promise<void> | undefined = undefined
  const limits: StoreLimits = { clock, limitMs, signal: () => over.signal }
  const execution = { call, token, claimed, store, leaseMs, onStoreError, limits, over: over.signal }

  // When the run is over, only the wait for abandoned code is left, which needs no timer.
  context.onCleanup(async () => {
    over.abort()
    stopRenewing()
    if (released !== undefined && !codeRuns(call)) await released
    land(undefined)
  })

  const fork = context.fork()
  async function renew(): Promise<void> {
    try {
      const claim = { token, parameters: call.parameters, leaseMs }
      const answer = await askStore(() => store.claim(call.id, claim), limits)
      if (answer.status === 'claimed' || answered) return
      const output = leaseLost(call)
      fork.abort(output.error)
      lost.resolve(output)
    } catch (cause) {
      if (!answered) storeFailed(call, 'renew', cause, 'none')
    }
  }

  note(call, claimed ? 'executed' : 'store-error')
  const given = next(fork.context)
  let output: StageOutput
  if (given instanceof Promise) {
    if (claimed)
      stopRenewing = heartbeat.add(clock, () => {
        renewal ??= renew().finally(() => {
          renewal = undefined
        })
      })
    output = await Promise.race([given, lost.promise])
  } else output = given
  answered = true

  if (isLegOver(call)) {
    stopRenewing()
    land(undefined)
    return output
  }
  if (output.status === 'ok') {
    const { answer, landed } = await record(output, execution)
    stopRenewing()
    land(landed)
    return answer
  }
  released = release()
  if (!codeRuns(call)) await released
  return output

  /** Releases the claim once none of the stage's code runs, so that no other execution runs beside it. */
  async function release(): Promise<void> {
    await context.codeLeft()
    stopRenewing()
    await renewal
    // Abandoned code of a child run returns without a signal, so the claim stays until its lease ends.
    if (claimed && !hasAbandonedChild(context.record) && !isLegOver(call)) {
      try {
        await askStore(() => store.release(call.id, token), { clock, limitMs })
      } catch (cause) {
        storeFailed(call, 'release', cause, 'none')
      }
    }
    land(undefined)
  }
}

/** How a durable run itself is stopped. */
const STOPPED: ReadonlySet<unknown> = new Set(['core/cancelled', 'core/timed-out'])

/** Whether another process may carry out this call of a durable run by now: the claim and the work are no longer those of this one. */
function isLegOver({ context: { callKey, run } }: Call): boolean {
  return callKey !== undefined && run.signal.aborted && !STOPPED.has(codeOf(run.signal.reason))
}

function codeRuns({ context }: Call): boolean {
  const { record } = context
  const last = record.attempts.at(-1)
  return (last !== undefined && last.endedAt === undefined) || record.abandoned === true
}

const hasAbandonedChild = ({ children = [] }: StageRecord): boolean =>
  children.some(({ stages }) =>
    Object.values(stages).some((stage) => stage.abandoned === true || hasAbandonedChild(stage)),
  )
