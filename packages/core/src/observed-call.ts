import type { Answer } from './compose.ts'
import type { ForkState } from './fork.ts'
import { Output } from './output.ts'
import type { RunState } from './run-state.ts'
import type { StageFacts } from './stage-facts.ts'

export type Use = (output: Output) => unknown

/** Who hears of the answer of the call that runs: the function that observes it, the fork around it, or several of them. */
export type Observers = Use | ForkState | Linked

/** A function that observes a call, and who was there before it. */
class Linked {
  readonly inner: Observers
  readonly use: Use
  constructor(inner: Observers, use: Use) {
    this.inner = inner
    this.use = use
  }
}

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
    tell(run, use, answer)
    return answer
  }
  const facts = run.facts(stage)
  if (facts.body === answer) {
    facts.observers = facts.observers === undefined ? use : new Linked(facts.observers, use)
    return answer
  }
  const waiting: Waiting = { use, fork }
  ;(facts.waiting ??= new Set()).add(waiting)
  return answer.then((output) => {
    if (facts.waiting?.delete(waiting) === true) tell(run, use, output)
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

/** A stage has ended: the calls that have no answer were given up. */
export function tellUnanswered(run: RunState, facts: StageFacts | undefined): void {
  if (facts === undefined || (facts.observers === undefined && facts.waiting === undefined)) return
  const output = new Output('cancel', 'its stage ended before it had an answer')
  tellObserversOf(run, facts, output)
  tellWaiting(run, facts, output)
}

/** Who narrows a stage again goes on to its next call: those that were aborted, and hang, were given up. */
export function tellGivenUp(run: RunState, facts: StageFacts): void {
  const output = new Output('cancel', 'it was aborted, and its stage called again')
  if (facts.fork?.aborted !== undefined) tellObserversOf(run, facts, output)
  for (const { fork } of facts.waiting ?? []) if (fork?.aborted !== undefined) tellWaiting(run, facts, output, fork)
}

/** What `fork` surrounds has been answered for, or the whole stage: whoever waits inside hears of that. */
export function tellWaiting(run: RunState, facts: StageFacts, output: Output, fork?: ForkState): void {
  if (facts.waiting === undefined) return
  for (const waiting of facts.waiting) {
    if (fork !== undefined && !isWithin(waiting.fork, fork)) continue
    facts.waiting.delete(waiting)
    tell(run, waiting.use, output)
  }
}

function isWithin(inner: ForkState | undefined, fork: ForkState): boolean {
  for (let one = inner; one !== undefined; one = one.outer) if (one === fork) return true
  return false
}

function tellAll(run: RunState, observers: Observers, output: Output): void {
  if (typeof observers === 'function') return tell(run, observers, output)
  if (observers.inner !== undefined) tellAll(run, observers.inner, output)
  if (observers instanceof Linked) tell(run, observers.use, output)
  else observers.answered(output)
}

function tell(run: RunState, use: Use, output: Output): void {
  try {
    const answer = use(output)
    if (answer instanceof Promise) run.tell(() => answer)
  } catch (cause) {
    run.tell(() => {
      throw cause
    })
  }
}
