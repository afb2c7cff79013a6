import type { Answer } from './compose.ts'
import type { Output } from './output.ts'
import type { RunState } from './run-state.ts'
import type { StageFacts } from './stage-facts.ts'

type Use = (output: Output) => unknown

/** Lets `use` see an answer of `next` before whoever is outside, and passes it on as it is where that can be done. */
export function observeCall(run: RunState, stage: number, answer: Answer, use: Use): Answer {
  if (!(answer instanceof Promise)) {
    tell(run, use, answer)
    return answer
  }
  const facts = run.factsIfAny(stage)
  if (facts?.body === answer) {
    const inner = facts.observe
    facts.observe =
      inner === undefined
        ? use
        : (output) => {
            tell(run, inner, output)
            return use(output)
          }
    return answer
  }
  return answer.then((output) => {
    tell(run, use, output)
    return output
  })
}

/** The call that runs has its answer: the innermost interceptor hears of it first. */
export function tellObserversOf(run: RunState, facts: StageFacts, output: Output): void {
  const { observe } = facts
  if (observe === undefined) return
  facts.observe = undefined
  tell(run, observe, output)
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
