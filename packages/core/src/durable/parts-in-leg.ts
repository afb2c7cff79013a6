import type { RunContext, RunPart } from '../contract/run-context.ts'
import type { StageRecord } from '../contract/results.ts'
import type { Pump } from './pump.ts'

interface Followable {
  enter?(next: () => void, context: never): void
  ended?(ending: never, context: never): void
}

/** A part without its limit and what it is told of stages, and with `more`. Its methods are called with it as `this`. */
export const followed = <Part extends Followable>(part: Part, more: object): Part =>
  ({
    enter: part.enter?.bind(part),
    ended: part.ended?.bind(part),
    ...more,
  }) as unknown as Part

/** The part in one leg of a run: it isn't told of stages of earlier legs, nor of any stage after the leg's end. */
export function partInLeg<Part extends RunPart>(pump: Pump, part: Part | undefined): Part | undefined {
  if (part?.settled === undefined) return part
  return followed(part, {
    settled: (record: StageRecord, context: RunContext) =>
      pump.isReplaying || pump.isOver ? undefined : part.settled?.(record, context),
  })
}
