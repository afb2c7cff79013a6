import type { Answer } from './compose.ts'
import type { ForkState } from './fork.ts'
import { Output } from './output.ts'
import type { RunState } from './run-state.ts'
import type { StageFacts } from './stage-facts.ts'

export type Use = (output: Output) => unknown

/** Who hears of the answer of the call that runs: the function that observes it, or one of several, such as the fork around it. */
export type Observers = Use | { readonly inner: Observers | undefined; answered(output: Output): void }

/** Who observes a promise that an interceptor inside has made: it hears once, of that or of what ends the call before. */
export interface Waiting {
  readonly use: Use
  readonly fork: ForkState | undefined
}

/** Lets `use` see an answer of `next` before whoever is outside, and passes it on as it is where that can be done. */
export function observeCall(
  run: RunState,
  stage: number,
  fork: ForkState | undefined,
  answer: Answer,
  use: Use,
): Answer {
  if (!(answer instanceof Promise)) {
    run.tell(use, answer)
    return answer
  }
  const facts = run.facts(stage)
  if (facts.body === answer) {
    const inner = facts.observers
    facts.observers = inner === undefined ? use : { inner, answered: (output) => run.tell(use, output) }
    return answer
  }
  const waiting: Waiting = { use, fork }
  ;(facts.waiting ??= new Set()).add(waiting)
  return answer.then((output) => {
    if (facts.waiting?.delete(waiting) === true) run.tell(use, output)
    return output
  })
}

/** The call that runs has its answer: the innermost interceptor hears of it first. */
export function tellObserversOf(run: RunState, facts: StageFacts, output: Output): void {
  const { observers } = facts
  if (observers === undefined) return
  facts.observers = undefined
  tellAll(run, observers, output)
}

const GIVEN_UP = new Output('cancel', 'given up')

/** A stage has ended, and with it the calls that have no answer. */
export function tellUnanswered(run: RunState, facts: StageFacts | undefined): void {
  if (facts?.observers !== undefined || facts?.waiting !== undefined) tellGivenUp(run, facts, () => true)
}

/** Of a call that hangs in it: whether whoever surrounds it has given it up. */
export const isAborted = (fork: ForkState | undefined): boolean => fork?.aborted !== undefined

/** Calls that have no answer were given up, those that are inside such forks: whoever observes them hears of a cancel. */
export function tellGivenUp(
  run: RunState,
  facts: StageFacts,
  isGivenUp: (fork: ForkState | undefined) => boolean,
): void {
  if (isGivenUp(facts.fork)) tellObserversOf(run, facts, GIVEN_UP)
  tellWaiting(run, facts, GIVEN_UP, isGivenUp)
}

/** Something has been answered for: whoever waits inside of it hears of that. */
export function tellWaiting(
  run: RunState,
  facts: StageFacts,
  output: Output,
  isInside: (fork: ForkState | undefined) => boolean,
): void {
  for (const waiting of facts.waiting ?? []) {
    if (!isInside(waiting.fork)) continue
    facts.waiting?.delete(waiting)
    run.tell(waiting.use, output)
  }
}

function tellAll(run: RunState, observers: Observers, output: Output): void {
  if (typeof observers === 'function') return run.tell(observers, output)
  if (observers.inner !== undefined) tellAll(run, observers.inner, output)
  observers.answered(output)
}
