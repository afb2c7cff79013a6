import { checkArgumentCount } from '../base/argument-count.ts'
import { branded } from '../base/check.ts'
import { DELAY, checkOptions, required } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { EDGE } from '../contract/edges.ts'
import type { EdgeKind, GateEdge, SoftEdge, StreamEdge } from '../contract/edges.ts'
import type { AnyStage } from '../contract/stage.ts'
import type { SoftOptions } from './soft-options.ts'
import { EDGES } from './wire.ts'

/**
 * The stage reads the chunks of another stage while that stage runs: `dependencies: [stream('llm')]` and `inputs.stream('llm')`. It may
 * start as soon as the code of that stage has been called. `source`: its name, or the stage as a value.
 */
export function stream<const Source extends string | AnyStage>(source: Source): StreamEdge<Source> {
  checkArgumentCount(arguments.length, 1, 'stream(stage)')
  return edge('stream', source) as StreamEdge<Source>
}

const SOFT_RULES: OptionRules<SoftOptions> = { waitMs: required(DELAY) }

/**
 * The stage waits for another one for at most `waitMs` once nothing else is missing: `dependencies: [soft('profile', { waitMs: 80 })]`. Its
 * input is then the data of that stage, or undefined. The edge counts in no join, and never skips or fails the stage. `source`: the name of
 * the other stage, or the stage as a value. Throws `core/illegal-option`.
 */
export function soft<const Source extends string | AnyStage>(source: Source, options: SoftOptions): SoftEdge<Source> {
  checkArgumentCount(arguments.length, 2, 'soft(stage, { waitMs })')
  checkOptions('The options of soft()', 'core/illegal-option', options, SOFT_RULES)
  return edge('soft', source, { waitMs: options.waitMs }) as SoftEdge<Source>
}

/**
 * The stage starts at once, and what it does is held until the other one has ended ok: its data, chunks, events and failure. If the other
 * one ends in another way, the stage is aborted and skipped, and nothing of what it did is seen: `dependencies: [gate('moderation')]`. For a
 * check of the question that takes as long as the first words of the answer. `source`: the name of the other stage, or the stage as a value.
 */
export function gate<const Source extends string | AnyStage>(source: Source): GateEdge<Source> {
  checkArgumentCount(arguments.length, 1, 'gate(stage)')
  return edge('gate', source) as GateEdge<Source>
}

const edge = (kind: EdgeKind, stage: unknown, more?: object): unknown =>
  Object.freeze(branded({ edge: kind, stage, ...more, [EDGE]: EDGES }))
