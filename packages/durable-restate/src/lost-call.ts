import type { CallFacts } from '@stageflow/core/durable'
import { asClause, textOf } from '@stageflow/core/kit'

/** Throws for what a leg that is over ended with: the next attempt carries the call out again. */
export function keptFacts(facts: CallFacts): CallFacts {
  if (facts.lost !== true) return facts
  throw new Error('This attempt of the run is over; the next one makes the call again.') // Restate alone sees it
}

/** The facts of a call on another machine whose invocation Restate ended without a result: an operator killed it, or it was aborted. */
export function lostCall(key: string, failure: unknown, at: number, isWanted: boolean): CallFacts {
  const facts = { startedAt: at, endedAt: at, after: 0, by: 'engine' } as const
  const what = `The call of "${key}" on another machine was ended in Restate: ${asClause(textOf(failure))}.`
  if (!isWanted) return { ...facts, status: 'cancel', reason: what }
  const message = `${what} Its code may have run; look at the invocation in Restate.`
  return { ...facts, status: 'fail', error: { code: 'durable-restate/call-lost', message } }
}
