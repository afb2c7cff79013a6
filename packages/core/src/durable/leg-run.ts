import type { Answer } from '../call/answers.ts'
import type { Host } from '../call/host.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { Output } from '../contract/output.ts'
import type { Fields } from '../contract/snapshot-fields.ts'
import type { StageNode } from '../graph/graph.ts'
import type { ParentLink } from '../report/run-facts.ts'
import type { StageFacts } from '../report/stage-facts.ts'
import type { PipelineRun } from '../run/run.ts'
import type { Carried, Pump } from './pump.ts'

export interface CallToCarryOut {
  /** For messages: the name of its stage, with the item of a map. */
  readonly name: string
  /** When its stage began, if the call is all of the stage's code. Not set for the calls of a map. */
  readonly stageBegan?: number
  /** The facts of what is called. */
  readonly stage: StageFacts
}

/** One run of a durable leg, as its calls, its maps and its graph see it. */
export interface LegRun extends PipelineRun {
  readonly pump: Pump
  /** Where its keys begin: `''`, or the key of the stage that started it and a slash. */
  readonly prefix: string
  readonly callHost: Host
  /** The key of a call. `suffix`: the item of a map. `round`: how often it has been called; answers call it again. */
  key(stage: string, round?: number, suffix?: string): string
  /** Whether a stage runs and nothing has stopped it. */
  isWanted(index: number): boolean
  /** Publishes that a stage has started. */
  tellStarted(node: StageNode): void
  /** Registers the call of a stage that has started. */
  call(node: StageNode): void
  /** Runs a child pipeline or a map. */
  runMade(node: StageNode, context: LiveStageContext): Promise<unknown>
  /** Carries out a call: resolves when its code has left, or `graceMs` after its signal has aborted or it has answered. */
  carryOut(context: LiveStageContext, code: () => Answer, call: CallToCarryOut): Promise<Carried>
  /** Reads how the call of an item of a map ended. */
  readItem(carried: Carried, node: StageNode, suffix: string): Output
  /** Calls back once the source of a map has given its items. */
  untilListed(node: StageNode, listed: () => void): void
  /** Adds the child runs of a call whose code ran in an earlier leg. */
  restoreChildren(index: number, carried: Carried): void
  /** Gives a child run an id that is the same in every leg, if it has none. */
  withChildId(input: Fields, parent: ParentLink): Fields
}
