import { StageflowError, textOf } from '../base/errors.ts'
import { isFunction } from '../base/check.ts'
import { onRejection } from '../base/foreign.ts'
import { defined } from '../base/objects.ts'
import { undeclared } from '../call/inputs.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import { behindOf } from '../call/stage-context.ts'
import { failed } from '../contract/output.ts'
import type { Output } from '../contract/output.ts'
import type { StageRecord } from '../contract/results.ts'
import type { Writable } from '../report/record.ts'
import type { Outlet } from '../report/run-events.ts'
import type { StageNode } from '../graph/graph.ts'
import type { ChildRun, ChildRuns } from '../report/child-runs.ts'
import type { RunFacts } from '../report/run-facts.ts'
import type { RunEdges, SeenInputs } from '../report/run-edges.ts'
import { UNREAD } from '../run/stage-loop.ts'
import { maySuspend } from '../schedule/edge-plan.ts'
import { ARM, BEGAN, OK, RELEASE, SKIPPED } from '../schedule/plan.ts'
import { show } from '../base/show.ts'
import { Gates, withoutWork } from './gates.ts'
import { SoftWaits } from './soft-waits.ts'
import { StreamReader } from './stream-reader.ts'
import type { ReadersRun, SourceEnd } from './stream-reader.ts'
import type { WiredGraph } from './wired-graph.ts'

/** The edges of one run. */
export class LiveEdges implements RunEdges {
  readonly #graph: WiredGraph
  readonly #run: ReadersRun
  /** By their stages. */
  readonly #readers: (StreamReader | undefined)[]
  /** The readers of each source. */
  readonly #readersOf: readonly StreamReader[][]
  /** When the code of each source was called first. */
  readonly #beganAt = new Map<number, number>()
  /** Stages whose code yields: what they return is the end of a stream. */
  readonly #yielding = new Set<number>()

  readonly #softWaits: SoftWaits
  readonly #gates: Gates

  constructor(graph: WiredGraph, run: ReadersRun) {
    this.#graph = graph
    this.#run = run
    this.#softWaits = new SoftWaits(run)
    this.#gates = new Gates(run)
    const { streams } = graph.edges
    this.#readers = streams.map((sources, stage) => {
      const node = graph.nodes[stage] as StageNode
      return sources.length === 0 ? undefined : new StreamReader(run, node, sources)
    })
    this.#readersOf = streams.map(() => [])
    streams.forEach((sources, stage) => {
      for (const source of sources) this.#readersOf[source]?.push(this.#readers[stage] as StreamReader)
    })
  }

  // What the code of stages does

  /** The code of a stage is called. */
  codeBegins(context: LiveStageContext): void {
    const { node } = behindOf(context)
    this.#readers[node.index]?.begins(context)
    this.#gates.codeBegins(node)
    this.#begins(node.index)
  }
  #begins(stage: number): void {
    if (!this.#run.facts.schedule.feed(BEGAN, stage, 0)) return
    this.#beganAt.set(stage, this.#run.loop.now(stage))
    this.#run.loop.driveSoon(UNREAD)
  }
  codeEnds(stage: number): void {
    this.#readers[stage]?.codeEnds()
  }
  yields(stage: number): void {
    this.#yielding.add(stage)
  }

  keepChunk(stage: number, publish: (at: number) => void): boolean {
    return this.#gates.keepChunk(stage, publish)
  }
  outletOf(stage: string | undefined): Outlet | undefined {
    const index = stage === undefined ? undefined : this.#run.facts.graph.indexOf(stage)
    return index === undefined ? undefined : this.#gates.outletOf(index)
  }
  answered(stage: number, answer: Output | object): Output | object | undefined {
    const shown = this.#gates.answered(stage, answer)
    // It may have been answered in place of its code. Its readers start now: a gate may wait for them.
    const hasStarted = !Number.isNaN(this.#run.facts.times[2 * stage])
    if (shown === undefined && hasStarted) this.#begins(stage)
    return shown
  }
  discard(stage: number): void {
    this.#gates.discard(stage)
  }
  refusal(stage: number): string | undefined {
    return this.#gates.refusal(stage)
  }
  hides(stage: number): boolean {
    return this.#gates.hides(stage)
  }
  put(stage: number, chunk: unknown): void {
    const readers = this.#of(stage)
    for (let place = 0; place < readers.length; place++) readers[place]?.put(stage, chunk)
  }
  room(stage: number): Promise<void> | undefined {
    const held = this.#gates.room(stage)
    if (held !== undefined) return held
    const readers = this.#of(stage)
    for (let place = 0; place < readers.length; place++) {
      const room = readers[place]?.inbox.room()
      if (room !== undefined) return room
    }
    return undefined
  }
  #of(source: number): readonly StreamReader[] {
    return this.#readersOf[source] as readonly StreamReader[]
  }

  read(
    inputs: SeenInputs | undefined,
    { index }: StageNode,
    source: string | undefined,
  ): AsyncIterableIterator<unknown> {
    const reader = this.#readers[index]
    const node = this.#graph.nodes[index] as StageNode
    const isDeclared = source === undefined || node.kinds[node.aliases.indexOf(source)] === 'stream'
    if (reader === undefined || !isDeclared) throw undeclared(node, `stream(${show(source)})`)
    return reader.read(inputs, source)
  }

  carryOut(operation: number, stage: number, now: number): void {
    if (operation === ARM) this.#softWaits.arm(stage, now)
    if (operation === RELEASE) this.#gates.release(stage, now)
  }
  stopped(): void {
    this.#gates.stopped()
    this.#run.loop.driveSoon(UNREAD)
  }
  close(): void {
    this.#softWaits.cancelAll()
  }

  // How stages end

  settled(stage: number): void {
    const readers = this.#of(stage)
    if (readers.length > 0) this.#endStream(stage, readers)
    this.#readers[stage]?.settled()
    this.#softWaits.cancel(stage)
  }

  #endStream(stage: number, readers: readonly StreamReader[]): void {
    const end = endOf(this.#run.facts, stage)
    const hasMade = end === 'fell back' || (end === 'ok' && !this.#yielding.has(stage))
    for (const reader of readers) {
      if (hasMade) this.#putMade(stage, reader)
      else reader.sourceEnded(stage, end)
    }
  }

  /** A source was answered in place of its code, or has a fallback: its `toChunks` makes chunks of that. */
  #putMade(stage: number, reader: StreamReader): void {
    const { name } = this.#graph.nodes[stage] as StageNode
    const toChunks = this.#graph.toChunks[stage]
    const tolerated = this.#run.facts.stage(stage).tolerated
    if (!isFunction(toChunks) && tolerated !== undefined) return reader.sourceEnded(stage, { cause: tolerated.error })
    if (!isFunction(toChunks))
      return reader.inbox.end(() =>
        noChunks(
          `Stage "${name}" ended ok without yielding: it isn't an async generator, or an interceptor answered in its place. Give it toChunks, which makes chunks of its output.`,
        ),
      )
    reader.putMade(
      stage,
      madeChunks(name, () => toChunks(this.#run.facts.data[stage])),
    )
    reader.sourceEnded(stage, 'ok')
  }

  refuseSuspend(stage: number): Output | undefined {
    if (maySuspend(this.#graph.edges, stage)) return undefined
    const name = this.#graph.names[stage]
    return failed(
      'core/cannot-suspend',
      `Stage "${name}" cannot suspend: a stage that reads a stream or is behind a gate waits for it, or its own chunks are read. Those do not outlast this leg of the run. Suspend before those stages start, or read its output instead of its chunks.`,
    )
  }

  shown(stage: number, record: Writable<StageRecord>): Writable<StageRecord> {
    const inbox = this.#readers[stage]?.inboxRecord
    const all = { ...record, ...defined({ inbox }) }
    return this.hides(stage) ? withoutWork(all) : all
  }

  readyAt(stage: number): number | undefined {
    const why = this.#run.facts.schedule.why(stage)
    const isRead = this.#graph.edges.streams[stage]?.includes(why) === true
    return this.#softWaits.endedAt(stage) ?? (isRead ? this.#beganAt.get(why) : undefined)
  }
}

/** How a stage has ended, as its readers see it. */
function endOf({ schedule, stages, times }: RunFacts, stage: number): SourceEnd {
  const known = stages?.[stage]
  const state = schedule.state(stage)
  // For its readers too, a tolerated failure is a skip, or a fallback. Half a stream is neither.
  if (known?.tolerated !== undefined && known.chunks > 0) return { cause: known.tolerated.error }
  if (state === OK) return known?.tolerated === undefined ? endInside(known?.children) : 'fell back'
  if (state !== SKIPPED) return { cause: known?.output?.error }
  if (known?.chunks) return { cause: undefined }
  return Number.isNaN(times[2 * stage]) ? 'left out' : 'skipped'
}

/** A child pipeline can end ok although the stage whose chunks it passes on did not. Of several rounds, the last one counts. */
function endInside(children: ChildRuns | undefined): SourceEnd {
  for (const child of [...(children ?? [])].toReversed()) {
    const { facts } = child as ChildRun & ReadersRun // a run with streams runs its children itself
    const relay = facts.parent?.relay
    if (relay === undefined || child.result.status !== 'completed') continue
    const speaker = facts.graph.indexOf(relay.stage) as number
    const end = endOf(facts, speaker)
    if (end === 'fell back') return { cause: facts.stage(speaker).tolerated?.error }
    return end === 'left out' ? 'skipped' : end
  }
  return 'ok' // no child passed chunks on: perhaps an interceptor answered in its place
}

const noChunks = (text: string, cause?: unknown): StageflowError =>
  new StageflowError('core/no-chunks', text, { cause })

/** The chunks that `toChunks` of a stage makes, one by one as they are read. */
function* madeChunks(name: string, make: () => unknown): Generator<unknown> {
  let chunks: Partial<Iterable<unknown>> | undefined
  try {
    chunks = make() as typeof chunks
    if (isFunction(chunks?.[Symbol.iterator])) return yield* chunks as Iterable<unknown>
  } catch (cause) {
    throw noChunks(`toChunks of stage "${name}" threw: ${textOf(cause)}`, cause)
  }
  onRejection(chunks, () => {})
  throw noChunks(`toChunks of stage "${name}" must return an array or another iterable, not ${show(chunks)}.`)
}
