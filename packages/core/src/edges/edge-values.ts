import { checkArgumentCount } from '../base/argument-count.ts'
import { branded } from '../base/check.ts'
import { EDGE } from '../contract/edges.ts'
import type { EdgeKind, StreamEdge } from '../contract/edges.ts'
import type { AnyStage } from '../contract/stage.ts'
import { EDGES } from './wire.ts'

/**
 * The stage reads the chunks of another stage while that stage runs: `dependencies: [stream('llm')]` and `inputs.stream('llm')`. It may
 * start as soon as the code of that stage has been called. `source`: its name, or the stage as a value.
 */
export function stream<const Source extends string | AnyStage>(source: Source): StreamEdge<Source> {
  checkArgumentCount(arguments.length, 1, 'stream(stage)')
  return edge('stream', source) as StreamEdge<Source>
}

const edge = (kind: EdgeKind, stage: unknown, more?: object): unknown =>
  Object.freeze(branded({ edge: kind, stage, ...more, [EDGE]: EDGES }))
