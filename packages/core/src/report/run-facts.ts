import { read } from '../base/foreign.ts'
import { DEFAULT_CLEANUP_MS, DEFAULT_GRACE_MS } from '../base/bounds.ts'
import { SlotValues } from '../contract/slot.ts'
import type { Clock } from '../base/clock.ts'
import type { StageflowError } from '../base/errors.ts'
import { joinPorts } from '../graph/ports.ts'
import type { RunParent } from '../contract/graph-info.ts'
import type { Slot } from '../contract/slot.ts'
import { NoOpEventSink, sinkOf } from '../contract/event-sink.ts'
import { checkEvent } from '../contract/events.ts'
import type { EventSink } from '../contract/run-context.ts'
import type { StageEventMap } from '../contract/events.ts'
import { untilAborted } from '../base/abort.ts'
import { Notebook, checkedNote } from './notebook.ts'
import type { Resume, Usage } from '../contract/results.ts'
import type { Fields, Kept } from '../contract/snapshot-fields.ts'
import { DIRECT, RunEvents } from './run-events.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import { Output, failed, readOutput } from '../contract/output.ts'
import type { AllRunOptions, BuiltGraph, StageNode } from '../graph/graph.ts'
import { RESUME } from '../contract/results.ts'
// This order decides that of the modules in a bundle. In this one gzip finds more of what they share.
import { snapshotOf } from '../contract/snapshot.ts'
import { KEPT, nodeAt } from '../graph/graph.ts'
import { jsonSchemaOf } from '../graph/json-schema.ts'
import type { RunEdges } from './run-edges.ts'
import { CANCELLED, FAILED, OK, SKIPPED, SUSPENDED } from '../schedule/plan.ts'
import type { Listener, Outlet } from './run-events.ts'
import { StageFacts } from './stage-facts.ts'
import { Schedule } from '../schedule/schedule.ts'
import type { ChildRun } from './child-runs.ts'
import { sumOfUsage } from './usage.ts'
import { OPENING, ENDED, LAST_EVENT, CLOSED } from './phases.ts'

/** Why a run ended before its stages did. */
export interface Ending {
  readonly status: 'cancelled' | 'failed'
  readonly reason: string
}

export interface Failure {
  readonly error: unknown
  readonly stage: string | undefined
}

/** A sign of life of a stage; or the engine blocks its code, so that limits pause, or unblocks it. */
export type CallNews = 'alive' | 'blocked' | 'unblocked'

/** The stage that a run is inside of: the one that started it as a child, or the map that it is an item of. */
export interface StageAround {
  /** The run of that stage. */
  readonly facts: RunFacts
  /** When the stage times out, on the clock of its run. A slow reader can move it to later. */
  readonly deadline: number
  readonly openedAt: number
  /** The value of a slot for the code of the stage. */
  readonly slotValue: <T>(slot: Slot<T>) => T | undefined
  /** Tells the calls of the stage. */
  readonly tell: (news: CallNews) => void
  /** A stage of the inner run has settled. */
  readonly stageSettled: (inner: RunFacts) => void
  /** The inner run has passed a deadline of the outer one. */
  readonly outOfTime: () => void
  /** Only of a stage that has the chunks of a child run. */
  readonly relay?: ChunkRelay | undefined
}

/** A map, as its items see it. */
export interface MapAround extends StageAround {
  /** The index of the map in the graph of its run. */
  readonly index: number
  /** An item waits, and needs no slot. */
  readonly parked: () => void
  /** An item goes on; resolves when the map has a slot. */
  readonly unparked: () => Promise<void>
}

/** Takes the chunks of one stage of a child run as those of the stage around it. */
export interface ChunkRelay {
  readonly stage: string
  /** See `RunFacts.yields`. */
  readonly yields: () => void
  readonly put: (chunk: unknown) => void
  /** See `RunFacts.room`. */
  readonly room: () => Promise<void> | undefined
}

/** The stage that started a child run, as far as the child uses it. */
export interface ParentLink extends StageAround {
  /** The public form for interceptors. */
  readonly shown: RunParent
  readonly signal: AbortSignal
  readonly resume: Resume | undefined
  /** Where the events of the stage go out. */
  readonly outlet: Outlet
}

/** The facts of one run: its input, its stages' data and times, and how it ended. Most of them are created on first use. */
export class RunFacts {
  declare readonly graph: BuiltGraph
  declare readonly options: AllRunOptions
  declare readonly parent: ParentLink | undefined
  /** The map that this is an item of. */
  declare readonly map: MapAround | undefined
  declare readonly around: StageAround | undefined
  declare readonly clock: Clock
  /** What an earlier leg of the run left, if it is resumed. */
  declare readonly resume: Resume | undefined
  declare readonly schedule: Schedule
  /** Set by its run. Undefined if all edges of the graph are plain dependencies. */
  edges: RunEdges | undefined
  declare readonly events: RunEvents | undefined
  /** The data of each stage that settled ok. */
  declare readonly data: (object | undefined)[]
  /** Two numbers per stage: when it started, and when it settled or, until then, when its call was answered. NaN if it hasn't. */
  declare readonly times: number[]
  phase: number = OPENING
  /** When it started. */
  declare readonly startedAt: number
  declare endedAt: number
  /** The limit that this run's own timer keeps, on its clock. */
  ownLimit: number = Infinity
  ending: Ending | undefined
  /** Its signals' reason, if a person has interrupted it. */
  interruption: StageflowError | undefined
  /** Every failure that was not tolerated, in order. */
  failures: Failure[] | undefined
  /** Further facts of each stage beyond its data and times; undefined if no stage has any. */
  stages: (StageFacts | undefined)[] | undefined
  readonly #input: Fields
  #notebook: Notebook | undefined
  #given: ContextSnapshot | undefined
  #snapshot: ContextSnapshot | undefined
  #id: string | undefined
  #ports: Readonly<Record<string, unknown>> | undefined
  #slots: SlotValues | undefined
  #keeping: Record<string, unknown> | undefined

  constructor(
    graph: BuiltGraph,
    input: Fields,
    options: AllRunOptions,
    parent: ParentLink | undefined,
    listener: Listener | undefined,
    startedAt: number = graph.clock.now(),
    map?: MapAround,
  ) {
    this.graph = graph
    this.options = options
    this.parent = parent
    this.map = map
    this.around = map ?? parent
    this.clock = graph.clock
    // An item is resumed by its map.
    this.resume = map === undefined ? (parent?.resume ?? options[RESUME]) : undefined
    const { maxConcurrency = Infinity } = options
    const goOn = options.onStageFailure === 'continue'
    this.schedule = graph.edges?.createSchedule(maxConcurrency, goOn) ?? new Schedule(graph.plan, maxConcurrency, goOn)
    this.data = graph.blank.slice()
    this.times = graph.unset.slice()
    this.startedAt = this.endedAt = startedAt
    this.#input = input
    this.events =
      map === undefined ? this.#eventsTo(sinkOf(options.eventSink, graph.eventSink), listener) : map.facts.events
  }

  #eventsTo(given: EventSink | undefined, listener: Listener | undefined): RunEvents | undefined {
    const sink = given === NoOpEventSink ? undefined : given
    return sink === undefined && listener === undefined ? undefined : new RunEvents(this, sink, listener)
  }

  /** The run that these facts are of: itself, or for an item the run of its map. */
  get ofRun(): RunFacts {
    return this
  }
  get pipelineRunId(): string {
    return (this.#id ??= (this.#input['pipelineRunId'] as string | undefined) ?? crypto.randomUUID())
  }
  get parentRunId(): string | undefined {
    return this.parent?.shown.pipelineRunId
  }
  get outlet(): Outlet {
    return this.parent?.outlet ?? DIRECT
  }
  outletOf(stage: string | undefined): Outlet {
    return this.edges?.outletOf(stage) ?? this.outlet
  }
  /** The snapshot that the run was started with. */
  get given(): ContextSnapshot {
    return (this.#given ??= snapshotOf({
      ...this.#input,
      pipelineRunId: this.pipelineRunId,
      createdAt: this.#input['createdAt'] ?? this.startedAt,
    }))
  }
  get snapshot(): ContextSnapshot {
    return (this.#snapshot ??= this.given)
  }
  set snapshot(snapshot: ContextSnapshot) {
    // If an interceptor replaces the snapshot, it keeps the id of this run.
    const { pipelineRunId } = this
    this.#snapshot = snapshot.pipelineRunId === pipelineRunId ? snapshot : snapshot.withIdentity({ pipelineRunId })
  }
  get ports(): Readonly<Record<string, unknown>> {
    const { ports } = this.options
    return (this.#ports ??= joinPorts(this.graph.ports, ports))
  }
  /** When the run times out, on its clock: its own limit, or the rest of that of the stage around it. */
  get deadline(): number {
    const { around, ownLimit } = this
    return around === undefined ? ownLimit : Math.min(ownLimit, around.deadline + (this.startedAt - around.openedAt))
  }
  get graceMs(): number {
    return this.options.graceMs ?? DEFAULT_GRACE_MS
  }
  get cleanupMs(): number {
    return this.options.cleanupMs ?? DEFAULT_CLEANUP_MS
  }
  /** Whether everything that code of the stage still does is ignored: the run has ended, or has abandoned the stage. */
  ignores(index: number): boolean {
    return this.phase >= ENDED || this.stages?.[index]?.abandoned === true
  }

  /** The name of a stage in messages. That of an item has its key, as in `letters#doc-7`. */
  nameOf(index: number): string {
    return this.graph.names[index] as string
  }
  stage(index: number): StageFacts {
    return ((this.stages ??= this.graph.blank.slice())[index] ??= new StageFacts())
  }
  /** The stage of `ofRun` that a stage is part of: itself, or for an item its map. */
  stageOfRun(index: number): StageFacts {
    return this.stage(index)
  }
  /** An unwrapped stage settles while its code still runs. */
  keepAttemptOpen(index: number): void {
    this.stage(index).keepAttemptOpen(this.times[2 * index] as number)
  }
  /** What its stages have used in this leg, with their items and child runs. */
  get used(): Usage | undefined {
    return sumOfUsage((this.stages ?? []).map((stage) => stage?.used))
  }
  /** The child runs of all stages, in the order of the stages. */
  get children(): readonly ChildRun[] {
    return (this.stages ?? []).flatMap((facts, index) => (this.edges?.hides(index) ? [] : [...(facts?.children ?? [])]))
  }

  // How a stage settles: its call is answered, and then the answer is published.

  /** Whether the stage's call has its answer. From then on no other answer counts. */
  isAnswered(index: number): boolean {
    return !Number.isNaN(this.times[2 * index + 1])
  }

  /** What the code of the stage has returned, as an output. */
  read(index: number, returned: unknown): Output {
    return readOutput(returned, this.nameOf(index), this.graph.freeze)
  }

  /** The stage's call is answered with `given`. Returns what the stage settles with, which nothing shows until it is published. */
  answer(index: number, given: Output): Output {
    if (given.status === 'ok') return given
    const checked = this.#checkedAnswer(index, given)
    const answer = this.withItems(index, checked)
    const known = this.stages?.[index]
    // The items are added to what the code of the map returned: it still counts as returned by the code.
    if (known !== undefined && known.returned === checked) known.returned = answer
    if (nodeAt(this.graph, index).wrapped !== undefined || known?.attempts !== undefined) return answer
    if (checked === given) this.stage(index).returned = answer
    else this.stage(index).soleAttempt(this.times[2 * index] as number, given, this.times[2 * index + 1] as number)
    return answer
  }

  /** Adds what a map has done to an output that ends it early. One that is ok has its items already. */
  withItems(index: number, given: Output): Output {
    const items = this.stages?.[index]?.items
    const isWhole = given.status === 'ok' || given.status === 'suspend'
    if (items === undefined || isWhole || this.edges?.hides(index)) return given
    return given.withData({ ...(given.data as object | undefined), items: items.data() })
  }

  #checkedAnswer(index: number, given: Output): Output {
    const { name, info, uninterruptible } = nodeAt(this.graph, index)
    // Of what was interrupted only data counts.
    if (this.interruption !== undefined && !uninterruptible) return new Output('skip', 'interrupted')
    if (given.status === 'retry')
      return failed(
        'core/retry-exhausted',
        `Stage "${name}" returned retry, but no interceptor retried it; add retry(), or raise its attempts.`,
        { cause: given.error },
      )
    if (given.status !== 'suspend') return given
    // Each item of a map is checked itself.
    const isGuardedCode = info.child === undefined && !info.map && isGuarded(this)
    const asks = isGuardedCode && this.stage(index).children?.some(({ result }) => result.status === 'suspended')
    const refused = asks
      ? failed(
          'core/cannot-suspend',
          `Stage "${name}" cannot suspend with a child run that its code has started. Run the child with withPipeline() or asStage().`,
        )
      : given
    return this.edges?.refuseSuspend(index) ?? refused
  }

  /** Writes the answer of a stage into the facts of the run. Returns the state for the schedule. */
  publish(index: number, answer: Output | object): number {
    if (answer instanceof Output) return this.#publishOutput(index, answer)
    this.data[index] = answer
    return OK
  }
  #publishOutput(index: number, answer: Output): number {
    if (answer.status === 'ok') {
      if (answer.hasMore) this.stage(index).output = answer
      this.data[index] = answer.data as object
      return OK
    }
    const { name, onFailure, made, answerSchema } = nodeAt(this.graph, index)
    const stage = this.stage(index)
    if (answer.status === 'suspend') {
      // What is inside a child pipeline or a map has its own schemas.
      stage.output = answer.askedAt(this.times[2 * index + 1] as number, made ? undefined : jsonSchemaOf(answerSchema))
      return SUSPENDED
    }
    if (answer.status === 'fail' && onFailure !== undefined) {
      stage.tolerated = answer
      if (onFailure === 'skip') {
        stage.output = this.withItems(index, new Output('skip', 'its failure is tolerated (onFailure)'))
        return SKIPPED
      }
      this.data[index] = onFailure.fallback
      return OK
    }
    stage.output = answer
    if (answer.status === 'skip') return SKIPPED
    if (answer.status === 'cancel') {
      this.ending ??= { status: 'cancelled', reason: answer.reason ?? '' }
      return CANCELLED
    }
    this.fail(answer.error, name)
    this.ending ??= { status: 'failed', reason: `stage "${name}" failed` }
    return FAILED
  }

  /** `name`: that of the stage that failed, if one did. */
  fail(error: unknown, name: string | undefined): void {
    ;(this.failures ??= []).push({ error, stage: name })
  }

  get notebook(): Notebook {
    return (this.#notebook ??= new Notebook())
  }
  problem(problem: StageflowError): void {
    this.notebook.problem(problem)
  }
  noteRun(key: string, value: unknown): void {
    if (this.phase < CLOSED) this.notebook.note(key, value)
  }

  slotValue<T>(slot: Slot<T>): T | undefined {
    return this.#slots?.has(slot) ? (this.#slots.get(slot) as T) : this.around?.slotValue(slot)
  }
  setSlot<T>(slot: Slot<T>, value: T): void {
    ;(this.#slots ??= new SlotValues()).set(slot, value)
  }

  /** What interceptors kept when the run was admitted. A child run may have others of the same names, so it sees nothing. */
  get kept(): Kept | undefined {
    return this.options[KEPT]?.kept
  }
  /** A child run is resumed with the run above it, so what it keeps has no use. */
  keep(name: string, value: unknown): void {
    if (this.parent === undefined) (this.#keeping ??= {})[name] = checkedNote(name, value)
  }
  /** What the next leg of a suspended run gets as `kept`. */
  get keptForNextLeg(): Kept | undefined {
    return this.kept ?? this.#keeping
  }

  /** Emits an event of a stage. `toSink`: see `RunEvents.publish`. */
  stageEvent<Kind extends keyof StageEventMap>(
    name: string,
    kind: Kind,
    data: StageEventMap[Kind],
    timestamp: number,
    toSink?: boolean,
  ): void {
    this.events?.emit(`stage.${name}.${kind}`, data, name, timestamp, toSink)
  }
  /** Publishes an event of a stage, or of an interceptor around the run. Returns false if it was refused. */
  tryEmit(node: StageNode | undefined, type: string, data: object): boolean {
    checkEvent(type, data)
    if (!this.#mayEmit(node)) return false
    return this.events === undefined || this.events.emit(type, data, node?.name, this.clock.now())
  }
  /** The same, but waits while the sink applies backpressure, or until `signal` aborts. */
  async emit(node: StageNode | undefined, type: string, data: object, signal: AbortSignal): Promise<void> {
    checkEvent(type, data)
    if (this.events === undefined || !this.#mayEmit(node)) return
    await untilAborted(this.events.emitAndWait(type, data, node?.name, this.clock.now()), signal)
  }
  #mayEmit(node: StageNode | undefined): boolean {
    return this.phase < LAST_EVENT && (node === undefined || !this.ignores(node.index))
  }

  /** The code of a stage is a generator, or a map whose results are chunks: perhaps it yields nothing, and then its stream is empty. */
  yields(node: StageNode): void {
    this.edges?.yields(node.index)
    this.#relayOf(node)?.yields()
  }
  /** A stage has yielded a chunk: it is counted and published, once nothing holds it back. */
  chunk(node: StageNode, chunk: unknown, attempt: number): void {
    const isKept = this.edges?.keepChunk(node.index, (at) => this.#publishChunk(node, chunk, attempt, at))
    if (!isKept) this.#publishChunk(node, chunk, attempt)
  }
  #publishChunk(node: StageNode, chunk: unknown, attempt: number, timestamp?: number): void {
    const stage = this.stage(node.index)
    stage.committed = true
    stage.chunks++
    this.edges?.put(node.index, chunk)
    this.#relayOf(node)?.put(chunk)
    const { events } = this
    const toSink = this.ofRun.options.chunkEvents ?? read(events?.sink, 'chunks') === true
    if (events !== undefined && (events.listener !== undefined || toSink))
      this.stageEvent(node.name, 'chunk', { chunk, attempt }, timestamp ?? this.clock.now(), toSink)
  }
  /** Resolves once there may be room for another chunk of a stage: a reader is too far behind. Undefined if there is room now. */
  room(node: StageNode): Promise<void> | undefined {
    return this.edges?.room(node.index) ?? this.#relayOf(node)?.room() ?? this.events?.listener?.room()
  }
  #relayOf({ name }: StageNode): ChunkRelay | undefined {
    const relay = this.around?.relay // not that of the run around a map: what items yield isn't chunks of the map
    return relay?.stage === name ? relay : undefined
  }
}

/** Whether interceptors of a run, or of one above it, check callers. */
const isGuarded = ({ graph, around }: RunFacts): boolean =>
  graph.admitting.length > 0 || (around !== undefined && isGuarded(around.facts))
