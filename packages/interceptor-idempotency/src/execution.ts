import type { StageOutput, StageRecord } from '@stageflow/core'

import { type Call, note, storeFailed } from './call.ts'
import type { Heartbeat } from './heartbeat.ts'
import { type Landed, leaseLost, record } from './recording.ts'
import type { ClaimAnswer, IdempotencyStore } from './store.ts'
import { type Limits, withinLimit } from './waiting.ts'

export interface Settings {
  readonly store: IdempotencyStore
  readonly leaseMs: number
  readonly storeTimeoutMs: number
  readonly onStoreError: 'fail' | 'run'
  readonly heartbeat: Heartbeat
}

/**
 * Runs the stage under a claim, and records what came of it. `land` is called when others may go on, which is later
 * than the answer where the stage's code outlives it. `claimed`: the store has the claim.
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
  const isOver = Promise.withResolvers<void>()
  const lost = Promise.withResolvers<StageOutput>()
  let renewal: Promise<void> | undefined
  let answered = false
  let stop = (): void => {}
  let leaving: Promise<void> | undefined = undefined
  const limits: Limits = { clock, limitMs, signal: () => over.signal }
  const execution = { call, token, claimed, store, leaseMs, onStoreError, limits, over: over.signal }

  // Whatever happens, such as code that ignores its signal: nothing of this is left when the run is over.
  context.onCleanup(async () => {
    over.abort()
    isOver.resolve()
    stop()
    await leaving
    land(undefined)
  })

  const fork = context.fork()
  async function renew(): Promise<void> {
    try {
      const claim = { token, parameters: call.parameters, leaseMs }
      const answer: ClaimAnswer = await withinLimit(() => store.claim(call.id, claim), limits)
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
      stop = heartbeat.add(clock, () => {
        renewal ??= renew().finally(() => {
          renewal = undefined
        })
      })
    output = await Promise.race([given, lost.promise])
  } else output = given
  answered = true

  if (output.status === 'ok') {
    const { answer, landed } = await record(output, execution)
    stop()
    land(landed)
    return answer
  }
  leaving = release()
  if (!codeRuns(call)) await leaving
  return output

  /** Releases the claim once none of the stage's code runs any more, so that no other run starts it beside that. */
  async function release(): Promise<void> {
    if (codeRuns(call)) await Promise.race([context.codeLeft(), isOver.promise])
    // A child run may have abandoned code, which is not the stage's own.
    if (codeRuns(call)) await isOver.promise
    stop()
    await renewal
    // Code that was abandoned may still be at work: its lease runs out by itself.
    if (claimed && !codeRuns(call)) {
      try {
        await withinLimit(() => store.release(call.id, token), { clock, limitMs })
      } catch (cause) {
        storeFailed(call, 'release', cause, 'none')
      }
    }
    land(undefined)
  }
}

function codeRuns({ context }: Call): boolean {
  const { record } = context
  const last = record.attempts.at(-1)
  return (last !== undefined && last.endedAt === undefined) || hasAbandoned(record)
}

/** Code that ignored its signal, in child runs too: when it ends nobody hears any more. */
const hasAbandoned = ({ abandoned, children = [] }: StageRecord): boolean =>
  abandoned === true || children.some(({ stages }) => Object.values(stages).some(hasAbandoned))
