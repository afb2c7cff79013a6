import type { CallFacts } from '@stageflow/core/durable'
import { textOf } from '@stageflow/core/kit'

/** Restate's code of an invocation that was cancelled. */
const CANCELLED = 409

/** The facts of a call on another machine that Restate ended: an operator cancelled or killed it there. */
export function lostCall(key: string, failure: unknown, at: number): CallFacts {
  const times = { startedAt: at, endedAt: at, after: 0, by: 'engine' } as const
  if ((failure as { readonly code?: unknown }).code === CANCELLED)
    return { ...times, status: 'cancel', reason: 'its invocation was cancelled in Restate' }
  const message = `The call of "${key}" on another machine was ended in Restate: ${textOf(failure)}. Its stage may have run.`
  return { ...times, status: 'fail', error: { code: 'durable-restate/call-lost', message } }
}
