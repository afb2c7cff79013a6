import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock, RunOptions, StageGraph } from '@stageflow/core'
import { checkLeg } from '@stageflow/core/durable'
import type { LegOptions } from '@stageflow/core/durable'
import { CLOCK, checkOptions, plainOptions } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { cassetteOf, checkCassette } from './cassette.ts'
import type { Cassette, RecordedChunk } from './cassette.ts'
import { CassettePlayer } from './cassette-player.ts'
import { liveKeys } from './live-stages.ts'
import { carryRecorded } from './record-run.ts'
import type { RecordedRun } from './record-run.ts'

/** Beside these, the options of the run, except those that the recorded run has decided. */
export interface ReplayOptions {
  /** The stages that run live, with all that is in them: `['answer']`, `['kid/answer']`. Default: none. */
  readonly live?: readonly string[]
  /** The clock that measures how long they take. Default: that of the machine. */
  readonly clock?: Clock
}

/** A replayed run, with a recording of its own. */
export interface ReplayedRun<Stages> extends RecordedRun<Stages> {
  /** The keys of recorded calls that this run did not need. */
  readonly unused: readonly string[]
}

type ReplayArguments<Ports> = {} extends Ports
  ? [options?: ReplayOptions & LegOptions<Ports>]
  : [options: ReplayOptions & LegOptions<Ports>]

/**
 * Runs a graph with the facts of a recorded run: its stages return what they returned then, without being called. Rejects with
 * `testing/not-recorded` if the run comes to a stage that is neither recorded nor `live`, with `testing/illegal-cassette` if the cassette
 * is of another pipeline, and with `testing/unknown-stage`.
 */
export async function replayRun<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  cassette: Cassette,
  ...[options]: ReplayArguments<Ports>
): Promise<ReplayedRun<Stages>> {
  const where = 'replayRun(graph, cassette, options)'
  checkLeg(where, graph, options, Object.keys(RULES))
  const { live = [], clock = systemClock, ...leg } = plainOptions<ReplayOptions & RunOptions>(options ?? {})
  checkOptions(where, 'testing/illegal-option', { live, clock }, RULES)
  checkCassette(where, cassette)
  if (graph.name !== cassette.pipeline)
    throw new StageflowError(
      'testing/illegal-cassette',
      `The cassette is of a run of "${cassette.pipeline}", and the graph is "${graph.name}". Pass the graph of "${cassette.pipeline}".`,
    )
  const player = new CassettePlayer(cassette, liveKeys(graph, live), clock)
  const { result, chunks: own } = await carryRecorded(graph, player, leg)
  const chunks = [...player.givenChunks(cassette.chunks), ...own.map((chunk) => player.moved(chunk))].toSorted(byTime)
  const parts = { pipeline: graph.name, start: cassette.start, facts: player.given, chunks }
  return { result, unused: player.unused, cassette: cassetteOf(parts, result.status) }
}

const RULES: OptionRules<ReplayOptions> = {
  clock: CLOCK,
  live: [areNames, "an array of names of stages, such as ['answer']"],
}

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

const byTime = (one: RecordedChunk, other: RecordedChunk): number => one.at - other.at
