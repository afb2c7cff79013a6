import { RunAbort, untilAborted } from './abort.ts'
import type { AbortScope } from './abort.ts'
import { CallState } from './call-state.ts'
import { runCleanup } from './cleanups.ts'
import type { Cleanup } from './cleanups.ts'
import type { Clock } from './clock.ts'
import { StageflowError, textOf } from './errors.ts'
import { NoOpEventSink, checkEvent, defaultEventSink } from './events.ts'
import type { StageEventMap } from './events.ts'
import type { BuiltGraph } from './graph.ts'
import { DEFAULT_GRACE_MS } from './limits.ts'
import type { StageNode } from './node.ts'
import { checkedNote } from './notes.ts'
import type { RunNotes, RunOutcome, StageNotes } from './report-types.ts'
import { RunEvents } from './run-events.ts'
import type { Listener } from './run-events.ts'
import { deadlineIn } from './call-parts.ts'
import type { CallParts } from './call-parts.ts'
import type { Interceptor, RunPart } from './interceptor.ts'
import type { LiveContext } from './live-context.ts'
import type { ParentLink } from './parent-link.ts'
import type { AllRunOptions } from './run-options.ts'
import { Schedule } from './schedule.ts'
import { SlotValues, type Slot } from './slot.ts'
import { snapshotOf } from './snapshot.ts'
import type { ContextSnapshot } from './snapshot.ts'
import type { Fields } from './snapshot-fields.ts'
import { StageFacts } from './stage-facts.ts'

/** An interceptor around the run that has not answered: what answers in its place. */
export interface PendingLayer {
  readonly name: string
  readonly answer: (outcome: RunOutcome) => void
}

/** Who is told of stages that settle, for an interceptor. */
export interface Listening {
  readonly one: Interceptor
  readonly part: RunPart
}

export interface Named {
  readonly name: string
}

/** What ended a run before its stages did. */
export interface Ending {
  readonly status: 'cancelled' | 'failed'
  readonly reason: string
}

export const NONE: never[] = []

/** What one run knows. Each part is made when it is first needed: most runs need few of them. */
export abstract class RunState extends CallState {
  readonly graph: BuiltGraph
  readonly options: AllRunOptions
  readonly parent: ParentLink | undefined
  readonly clock: Clock
  readonly schedule: Schedule
  readonly events: RunEvents | undefined
  /** The parts in it of those that the graph knows to be watching, each in the place of its interceptor. */
  parts: (RunPart | undefined)[] | undefined
  /** Those of them, and of the interceptors, that are told of each stage that settles. */
  listeners: Listening[] = NONE
  /** Whether anybody is told of each stage that settles. */
  watched: boolean
  /** The data of each stage that ended ok. */
  readonly data: (object | undefined)[]
  /** Two a stage: when it started, when it settled; NaN: not. */
  readonly times: number[]
  /** The contexts of the calls under way of stages that nobody wraps, but that somebody takes part in; and what goes along with each. */
  readonly contexts: (LiveContext | undefined)[] | undefined
  readonly calls: CallParts
  startedAt = 0
  endedAt = 0
  /** The limit that this run's own timer keeps. */
  protected ownLimit: number = Infinity
  ending: Ending | undefined
  /** Every failure that was not tolerated, in order. */
  failures: { readonly error: unknown; readonly stage: string | undefined }[] | undefined
  problems: StageflowError[] | undefined
  /** The names of interceptors that threw when they were told of something. */
  blamed: Set<string | undefined> | undefined
  notes: Record<string, unknown> | undefined
  cleanups: Cleanup[] | undefined
  /** No stage of it runs any more. */
  over = false
  /** Its stages have ended; its cleanups and its last event may still be under way, for a limited time. */
  concluding = false
  /** Its grace time is over, and it still waits for a child that is concluding. */
  waitsForChild = false
  /** Its last event is made: no other may follow. */
  silent = false
  /** Its last event is out: nothing about it changes. */
  closed = false
  /** The interceptors around the run that have not answered, innermost last. */
  readonly pending: PendingLayer[] = []
  /** The record that observers are being told of. */
  told: { readonly stage: string; notes: Readonly<StageNotes> } | undefined
  /** Set while the grace time runs. */
  cancelGrace: (() => void) | undefined
  readonly #input: Fields
  #abort: RunAbort | undefined
  #snapshot: ContextSnapshot | undefined
  #id: string | undefined
  #ports: Readonly<Record<string, unknown>> | undefined
  #slots: SlotValues | undefined
  #facts: (StageFacts | undefined)[] | undefined

  constructor(
    graph: BuiltGraph,
    input: Fields,
    options: AllRunOptions,
    parent: ParentLink | undefined,
    listener: Listener | undefined,
  ) {
    super()
    this.graph = graph
    this.options = options
    this.parent = parent
    this.clock = graph.clock
    const { maxConcurrency = Infinity } = options
    this.schedule = new Schedule(
      graph.plan,
      maxConcurrency === Infinity ? 0 : maxConcurrency,
      options.onStageFailure === 'continue',
    )
    this.data = graph.blank.slice()
    this.times = graph.unset.slice()
    this.calls = graph.blankCalls.length === 0 ? NONE : graph.blankCalls.slice()
    this.contexts = graph.blankCalls.length === 0 ? undefined : graph.blank.slice()
    this.#input = input
    const given = options.eventSink ?? graph.eventSink ?? defaultEventSink()
    const sink = given === NoOpEventSink ? undefined : given
    this.events = sink === undefined && listener === undefined ? undefined : new RunEvents(this, sink, listener)
    this.watched = this.events !== undefined
  }

  get pipelineRunId(): string {
    return (this.#id ??= (this.#input['pipelineRunId'] as string | undefined) ?? crypto.randomUUID())
  }
  get snapshot(): ContextSnapshot {
    return (this.#snapshot ??= snapshotOf({
      ...this.#input,
      pipelineRunId: this.pipelineRunId,
      createdAt: this.#input['createdAt'] ?? this.startedAt,
    }))
  }
  set snapshot(snapshot: ContextSnapshot) {
    // A snapshot that an interceptor made is of this run, whatever its id was.
    const { pipelineRunId } = this
    this.#snapshot = snapshot.pipelineRunId === pipelineRunId ? snapshot : snapshot.withIdentity({ pipelineRunId })
  }
  get ports(): Readonly<Record<string, unknown>> {
    const { ports } = this.options
    return (this.#ports ??= ports === undefined ? this.graph.ports : Object.freeze({ ...this.graph.ports, ...ports }))
  }
  get graceMs(): number {
    return this.options.graceMs ?? DEFAULT_GRACE_MS
  }
  get abort(): RunAbort {
    return (this.#abort ??= new RunAbort())
  }
  /** When the run gives up, on its clock. */
  get limit(): number {
    const { parent, ownLimit } = this
    return parent === undefined ? ownLimit : Math.min(ownLimit, parent.deadline + (this.startedAt - parent.openedAt))
  }
  /** Whether the run was stopped: its signal has aborted, or would if somebody had asked for it. */
  get isStopped(): boolean {
    return this.#abort?.scope.aborted !== undefined
  }
  /** What stopped the run, in words; undefined while nothing has. */
  get stopText(): string | undefined {
    return this.ending?.reason
  }

  abortedAt(stage: number): { readonly reason: unknown } | undefined {
    return this.#abort?.aborted(stage)
  }
  /** As `abortedAt`, or why somebody who takes part in its call has ended that. */
  callAbortedAt(stage: number): { readonly reason: unknown } | undefined {
    return this.#abort?.callAborted(stage)
  }
  /** As `deadline`, for one stage: earlier where somebody who takes part in its call says so. */
  deadlineOf(node: StageNode): number | undefined {
    const { firstCall, layers } = node
    const least = deadlineIn(this.calls, firstCall, firstCall + layers.length, this.limit)
    return least === Infinity ? undefined : least
  }
  scopeOf({ index, alone, layers }: StageNode): AbortScope {
    const { abort } = this
    const scope = alone ? abort.scopeOf(index) : abort.scopeNear(index, this.graph.names.length)
    return layers.length === 0 ? scope : abort.scopeOfCall(index, scope)
  }

  protected unlisten(): void {
    this.#abort?.unlisten()
  }

  facts(stage: number): StageFacts {
    return ((this.#facts ??= this.graph.blank.slice())[stage] ??= new StageFacts())
  }
  factsIfAny(stage: number): StageFacts | undefined {
    return this.#facts?.[stage]
  }
  attemptStart(stage: number): number {
    return this.#facts?.[stage]?.attempts?.at(-1)?.startedAt ?? (this.times[2 * stage] as number)
  }
  attemptOf(stage: number): number {
    return this.#facts?.[stage]?.attempts?.length || 1 // one that was answered in its place made none
  }
  state(stage: number): number {
    return this.schedule.state(stage)
  }
  /** Whether what the stage does counts no more. */
  isClosed(stage: number): boolean {
    return this.over || this.#facts?.[stage]?.abandoned === true
  }

  slotValue<T>(slot: Slot<T>): T | undefined {
    return this.#slots?.has(slot) === true ? (this.#slots.get(slot) as T) : this.parent?.run.slotValue(slot)
  }
  setSlot<T>(slot: Slot<T>, value: T): void {
    ;(this.#slots ??= new SlotValues()).set(slot, value)
  }
  note<Key extends keyof StageNotes>(stage: number, key: Key, value: StageNotes[Key]): void {
    if (this.isClosed(stage)) return
    checkedNote(key, value)
    const facts = this.facts(stage)
    const notes = (facts.notes ??= {})
    // A note may be called anything, `__proto__` too.
    if ((key as string) !== '__proto__') notes[key] = value
    else Object.defineProperty(notes, key, { value, enumerable: true, configurable: true, writable: true })
    // What an observer notes is seen by those after it.
    const { told } = this
    if (told !== undefined && told.stage === this.graph.names[stage]) told.notes = notes
  }
  noteRun<Key extends keyof RunNotes>(key: Key, value: RunNotes[Key]): void {
    if (!this.closed) (this.notes ??= Object.create(null) as Record<string, unknown>)[key] = checkedNote(key, value)
  }
  /** Also of a run that is over: who is asynchronous by mistake may fail later, but before the report is read. */
  problem(problem: StageflowError): void {
    ;(this.problems ??= []).push(problem)
  }
  /** Who is told of something may be asynchronous by mistake: its failure must not go unseen, nor end the process. */
  heard(answer: unknown, by?: Named, what?: string): void {
    if (answer instanceof Promise) answer.catch((cause: unknown) => this.blame(cause, by, what))
  }
  /** An interceptor threw when it was told of a call, a stage or the run: that changes nothing, and is a problem once; of forks, which have no name, once for all. */
  blame(cause: unknown, by?: Named, what = 'a call'): void {
    if (this.blamed?.has(by?.name) === true) return
    ;(this.blamed ??= new Set()).add(by?.name)
    const who = by === undefined ? 'An interceptor' : `Interceptor "${by.name}"`
    const message = `${who} threw when it was told of ${what}: ${textOf(cause)}`
    this.problem(new StageflowError('core/observer-threw', message, { cause }))
  }
  onCleanup(stage: number, cleanup: Cleanup): void {
    if (this.isClosed(stage)) void runCleanup(cleanup, (problem) => this.problem(problem))
    else (this.cleanups ??= []).push(cleanup)
  }

  stageEvent<Kind extends keyof StageEventMap>(
    node: StageNode,
    kind: Kind,
    data: StageEventMap[Kind],
    timestamp: number,
  ): void {
    this.events?.emit(`stage.${node.name}.${kind}`, data, node.name, timestamp)
  }
  /** An event of a stage, or of an interceptor around the run; false: refused. */
  tryEmit(node: StageNode | undefined, type: string, data: object): boolean {
    checkEvent(type, data)
    if (this.silent || (node !== undefined && this.isClosed(node.index))) return false
    return this.events === undefined || this.events.emit(type, data, node?.name, this.clock.now())
  }
  /** As `tryEmit`, but waits while the sink pushes back, or until `signal` aborts. */
  async emit(node: StageNode | undefined, type: string, data: object, signal: AbortSignal): Promise<void> {
    checkEvent(type, data)
    if (this.events === undefined || this.silent || (node !== undefined && this.isClosed(node.index))) return
    await untilAborted(this.events.emitAndWait(type, data, node?.name, this.clock.now()), signal)
  }
  /** Counts a chunk and offers it; a promise while its reader is too far behind. */
  chunk(node: StageNode, chunk: unknown, attempt: number): Promise<void> | undefined {
    const facts = this.facts(node.index)
    facts.committed = true
    facts.chunks++
    const { events, options } = this
    if (events === undefined || (events.listener === undefined && options.chunkEvents !== true)) return undefined
    events.emit(
      `stage.${node.name}.chunk`,
      { chunk, attempt },
      node.name,
      this.clock.now(),
      options.chunkEvents === true,
    )
    return events.listener?.room()
  }
}
