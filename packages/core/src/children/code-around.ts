import { behindOf, tellCalls } from '../call/stage-context.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { StageAround } from '../report/run-facts.ts'

/** The code of a stage, as the runs inside it see it: a child run, or an item of a map. */
export function codeAround(context: LiveStageContext): StageAround {
  const behind = behindOf(context)
  const { host } = behind
  const facts = host.facts.ofRun
  let deadline = context.deadline ?? Infinity
  return {
    facts,
    get deadline() {
      // After an abort, keeps the last deadline that the stage had.
      if (context.aborted === undefined) deadline = context.deadline ?? deadline
      return deadline
    },
    openedAt: facts.clock.now(),
    slotValue: context.get,
    tell: (news) => tellCalls(behind, news),
    stageSettled: () => tellCalls(behind, 'alive'),
    outOfTime: () => host.stopping.outOfTime(),
  }
}
