import { untilAborted } from '../base/abort.ts'
import type { Clock } from '../base/clock.ts'
import type { StageflowError } from '../base/errors.ts'
import { SlotValues } from '../contract/context.ts'
import type { RunParent, Slot } from '../contract/context.ts'
import { NoOpEventSink, checkEvent, sinkOf } from '../contract/events.ts'
import type { StageEventMap } from '../contract/events.ts'
import { Output, failed } from '../contract/output.ts'
import { RESUME } from '../contract/results.ts'
import type { Resume } from '../contract/results.ts'
import type { Fields, Kept } from '../contract/snapshot-fields.ts'
import { snapshotOf } from '../contract/snapshot.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import { KEPT, nodeAt } from '../graph/graph.ts'
import type { AllRunOptions, BuiltGraph, StageNode } from '../graph/graph.ts'
import { jsonSchemaOf } from '../graph/json-schema.ts'
import { joinPorts } from '../graph/ports.ts'
import { CANCELLED, FAILED, OK, SKIPPED, SUSPENDED } from '../schedule/plan.ts'
import { Schedule } from '../schedule/schedule.ts'
import { Notebook, checkedNote } from './notebook.ts'
import { DIRECT, RunEvents } from './run-events.ts'
import type { Listener, Outlet } from './run-events.ts'
import { StageFacts } from './stage-facts.ts'
import type { ChildRun } from './child-runs.ts'

const DEFAULT_GRACE_MS = 5_000
const DEFAULT_CLEANUP_MS = 5_000

/** The phase of a run. It only goes forward. */
const OPENING = 0
/** Its stages may start. */
export const STAGES = 1
/** Its stages have ended. Its cleanups and its last event follow, each for a limited time. */
export const CLEANUPS = 2
/** None of its stages is running, and no child run can start. */
export const ENDED = 3
/** Its outcome is decided: nothing can end it in another way. Its interceptors and its last event are told. */
export const DECIDED = 4
/** Its last event has been made, so no other may follow. */
export const LAST_EVENT = 5
/** Its last event is published, and its facts no longer change. */
export const CLOSED = 6

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

/** The parts of a parent run that its child uses. */
export interface ParentLink {
  readonly facts: RunFacts
  /** The public form for interceptors. */
  readonly shown: RunParent
  readonly signal: AbortSignal
  /** When the stage that started the child times out, on the parent's clock. A slow reader can move it to later. */
  readonly deadline: number
  readonly openedAt: number
  readonly resume: Resume | undefined
  /** Where the events of the stage that started the child go out. */
  readonly outlet: Outlet
  /** The value of a slot for the code that started the child. */
  readonly slotValue: <T>(slot: Slot<T>) => T | undefined
  /** Tells the calls around the stage that started the child. */
  readonly tell: (news: CallNews) => void
  /** The child has passed a deadline of its parent. */
  readonly outOfTime: () => void
}

/** The facts of one run: its input, its stages' data and times, and how it ended. Most of them are created on first use. */
export class RunFacts {
  readonly graph: BuiltGraph
  readonly options: AllRunOptions
  readonly parent: ParentLink | undefined
  readonly clock: Clock
  /** What an earlier leg of the run left, if it is resumed. */
  readonly resume: Resume | undefined
  readonly schedule: Schedule
  readonly events: RunEvents | undefined
  /** The data of each stage that settled ok. */
  readonly data: (object | undefined)[]
  /** Two numbers per stage: when it started, and when it settled or, until then, when its call was answered. NaN if it hasn't. */
  readonly times: number[]
  phase: number = OPENING
  /** When it started. */
  readonly startedAt: number
  endedAt: number
  /** The limit that this run's own timer keeps, on its clock. */
  ownLimit: number = Infinity
  ending: Ending | undefined
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
  ) {
    this.graph = graph
    this.options = options
    this.parent = parent
    this.clock = graph.clock
    this.resume = parent?.resume ?? options[RESUME]
    const { maxConcurrency = Infinity } = options
    this.schedule = new Schedule(
      graph.plan,
      maxConcurrency === Infinity ? 0 : maxConcurrency,
      options.onStageFailure === 'continue',
    )
    this.data = graph.blank.slice()
    this.times = graph.unset.slice()
    this.startedAt = this.endedAt = startedAt
    this.#input = input
    const given = sinkOf(options.eventSink, graph.eventSink)
    const sink = given === NoOpEventSink ? undefined : given
    this.events = sink === undefined && listener === undefined ? undefined : new RunEvents(this, sink, listener)
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
  /** When the run times out, on its clock: its own limit, or the rest of the parent's. */
  get limit(): number {
    const { parent, ownLimit } = this
    return parent === undefined ? ownLimit : Math.min(ownLimit, parent.deadline + (this.startedAt - parent.openedAt))
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

  stage(index: number): StageFacts {
    return ((this.stages ??= this.graph.blank.slice())[index] ??= new StageFacts())
  }
  /** An unwrapped stage settles while its code still runs. */
  keepAttemptOpen(index: number): void {
    this.stage(index).keepAttemptOpen(this.times[2 * index] as number)
  }
  /** The child runs of all stages, in the order of the stages. */
  get children(): readonly ChildRun[] {
    return (this.stages ?? []).flatMap((facts) => [...(facts?.children ?? [])])
  }

  // How a stage settles: its call is answered, and then the answer is published.

  /** Whether the stage's call has its answer. From then on no other answer counts. */
  isAnswered(index: number): boolean {
    return !Number.isNaN(this.times[2 * index + 1])
  }

  /** The stage's call is answered with `given`. Returns what the stage settles with, which nothing shows until it is published. */
  answer(index: number, given: Output): Output {
    if (given.status === 'ok') return given
    const { wrapped } = nodeAt(this.graph, index)
    const answer = this.#checkedAnswer(index, given)
    if (wrapped !== undefined) return answer
    const stage = this.stage(index)
    if (stage.attempts !== undefined) return answer
    if (answer === given) stage.returned = given
    else stage.soleAttempt(this.times[2 * index] as number, given, this.times[2 * index + 1] as number)
    return answer
  }

  #checkedAnswer(index: number, given: Output): Output {
    const { name, info } = nodeAt(this.graph, index)
    if (given.status === 'retry') return retryExhausted(name, given)
    if (given.status !== 'suspend' || info.child !== undefined || !isGuarded(this)) return given
    const asks = this.stage(index).children?.some(({ result }) => result.status === 'suspended')
    return asks === true ? askedByCode(name) : given
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
        stage.output = new Output('skip', 'its failure is tolerated (onFailure)')
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
  get notebookIfAny(): Notebook | undefined {
    return this.#notebook
  }
  problem(problem: StageflowError): void {
    this.notebook.problem(problem)
  }
  /** `attempt`: the number of the attempt that it is about, if that is known. `isOfSole`: it is about that of an unwrapped stage. */
  noteStage(index: number, key: string, value: unknown, attempt: number | undefined, isOfSole: boolean): void {
    if (!this.ignores(index)) this.stage(index).note(key, checkedNote(key, value), attempt, isOfSole)
  }
  noteRun(key: string, value: unknown): void {
    if (this.phase < CLOSED) this.notebook.note(key, value)
  }

  slotValue<T>(slot: Slot<T>): T | undefined {
    return this.#slots?.has(slot) === true ? (this.#slots.get(slot) as T) : this.parent?.slotValue(slot)
  }
  setSlot<T>(slot: Slot<T>, value: T): void {
    ;(this.#slots ??= new SlotValues()).set(slot, value)
  }

  /** What interceptors kept when the run was admitted. A child run may have others of the same names, so it sees nothing. */
  get kept(): Kept | undefined {
    return this.options[KEPT]
  }
  /** A child run is resumed with the run above it, so what it keeps has no use. */
  keep(name: string, value: unknown): void {
    if (this.parent === undefined) (this.#keeping ??= {})[name] = checkedNote(name, value)
  }
  /** What the next leg of a suspended run gets as `kept`. */
  get keptForNextLeg(): Kept | undefined {
    return this.kept ?? this.#keeping
  }

  stageEvent<Kind extends keyof StageEventMap>(
    name: string,
    kind: Kind,
    data: StageEventMap[Kind],
    timestamp: number,
  ): void {
    this.events?.emit(`stage.${name}.${kind}`, data, name, timestamp)
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

  /** Counts a chunk and publishes it. Returns a promise while the reader is too far behind. */
  chunk(node: StageNode, chunk: unknown, attempt: number): Promise<void> | undefined {
    const stage = this.stage(node.index)
    stage.committed = true
    stage.chunks++
    const { events, options } = this
    const toSink = options.chunkEvents === true
    if (events === undefined || (events.listener === undefined && !toSink)) return undefined
    events.emit(`stage.${node.name}.chunk`, { chunk, attempt }, node.name, this.clock.now(), toSink)
    return events.listener?.room()
  }
}

/** Whether interceptors of a run, or of one above it, check callers. */
const isGuarded = ({ graph, parent }: RunFacts): boolean =>
  graph.admitting.length > 0 || (parent !== undefined && isGuarded(parent.facts))

const askedByCode = (stage: string): Output =>
  failed(
    'core/cannot-suspend',
    `Stage "${stage}" cannot suspend with a child run that its code has started. The graph does not know the stage that asks, so its answeredBy and its answerSchema would not count. Run the child with withPipeline() or with asStage() as the stage itself.`,
  )

const retryExhausted = (stage: string, { error }: Output): Output =>
  failed(
    'core/retry-exhausted',
    `Stage "${stage}" returned retry, but no interceptor retried it; add retry(), or raise its attempts.`,
    { cause: error },
  )
