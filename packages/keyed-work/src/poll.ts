import type { Clock } from '@stageflow/core'
import { CLOCK, functionLike, MILLISECONDS, type OptionRule, required } from '@stageflow/core/kit'

import { checkFunction, quickCheck } from './quick-check.ts'

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1_000
/** From here on, doubling the pause makes it longer than the longest one, whatever the first one was. */
const MOST_DOUBLINGS = 10

export interface PollPlan<Answer> {
  readonly clock: Clock
  /** Ends a pause with the signal's reason. Called only if there is a pause. */
  readonly signal: () => AbortSignal
  /** When to stop asking, on this clock. Infinity: never. */
  readonly until: number
  /** The first pause, in ms. Each further one is twice as long, and at most a second. Default: 20. */
  readonly firstPauseMs?: number
  /** Maximum time after which another answer is certain, in ms: no pause is longer. Undefined: this answer is final. */
  readonly changesInMs: (answer: Answer) => number | undefined
}

const TIME: OptionRule = [
  (value) => typeof value === 'number' && !Number.isNaN(value),
  'a time in ms on this clock, or Infinity',
]
const checkPlan = quickCheck<PollPlan<unknown>>('poll()', {
  clock: required(CLOCK),
  signal: required(functionLike('() => AbortSignal')),
  until: required(TIME),
  firstPauseMs: MILLISECONDS,
  changesInMs: required(functionLike('(answer) => number | undefined')),
})

/**
 * Asks again at growing intervals until an answer is final or the time is up, and returns the last answer. `first`: the answer so far.
 * Rejects with `keyed-work/illegal-option` for a wrong plan.
 */
export async function poll<Answer>(first: Answer, ask: () => Promise<Answer>, plan: PollPlan<Answer>): Promise<Answer> {
  checkFunction('poll()', 'ask', ask, '() => Promise')
  checkPlan(plan)
  return finalAnswer(first, ask, plan)
}

/** Polls without a check of its plan. The engine calls it, whose plans come from requests that were checked. */
export async function finalAnswer<Answer>(
  first: Answer,
  ask: () => Promise<Answer>,
  { clock, signal, until, firstPauseMs = FIRST_PAUSE_MS, changesInMs }: PollPlan<Answer>,
): Promise<Answer> {
  let answer = first
  for (let pauses = 0; ; pauses++) {
    const changeMs = changesInMs(answer)
    const leftMs = until - clock.now()
    if (changeMs === undefined || leftMs <= 0) return answer
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(pauses, MOST_DOUBLINGS), LONGEST_PAUSE_MS)
    // At least 1 ms: the clock of the store may be ahead by a part of one.
    await clock.sleep(Math.min(pauseMs, Math.max(1, Math.ceil(changeMs)), leftMs), signal())
    answer = await ask()
  }
}
