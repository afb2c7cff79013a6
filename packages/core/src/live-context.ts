import type { CallParts } from './call-parts.ts'
import type { Clock } from './clock.ts'
import type { CallNews, ForkChanges, InterceptorContext, RunContext, StageContext, StageInfo } from './context.ts'
import type { EmitEvent, TryEmitEvent } from './events.ts'
import { ForkState } from './fork.ts'
import { getter } from './getter.ts'
import { NodeInputs } from './inputs.ts'
import type { StageInputs } from './inputs.ts'
import type { CallPart } from './interceptor.ts'
import type { StageNode } from './node.ts'
import { stageRecord } from './record.ts'
import type { StageRecord } from './report-types.ts'
import { isObject } from './rules.ts'
import type { RunLoop } from './run-loop.ts'
import type { Named } from './run-state.ts'
import { RUNNING } from './schedule-codes.ts'
import { giveUp } from './stage-end.ts'
import type { ForkNews } from './parent-link.ts'
import type { ContextSnapshot } from './snapshot.ts'
import { IDS } from './snapshot-fields.ts'

const NO_CHANGES: ForkChanges = Object.freeze({})

type Anything = Readonly<Record<string, unknown>>

/** Set by the class below, which alone can read its private fields. */
let hasRun!: (value: unknown) => value is LiveContext
let readRun!: (context: LiveContext) => RunLoop
let readNode!: (context: LiveContext) => StageNode
let readFork!: (context: LiveContext) => ForkState | undefined

/** What one stage sees of a run, made when it starts. What is costly is made when somebody asks for it. */
export class LiveContext {
  readonly #run: RunLoop
  readonly #node: StageNode
  readonly #fork: ForkState | undefined
  #inputs: NodeInputs | undefined

  constructor(run: RunLoop, node: StageNode, fork?: ForkState) {
    this.#run = run
    this.#node = node
    this.#fork = fork
  }

  static {
    for (const id of IDS) getter(this.prototype, id, (context) => context.#run.snapshot[id])
    hasRun = (value): value is LiveContext => isObject(value) && #run in value
    readRun = (context) => context.#run
    readNode = (context) => context.#node
    readFork = (context) => context.#fork
  }

  get inputs(): StageInputs<Anything> {
    return (this.#inputs ??= new NodeInputs(this.#run, this.#node)) as unknown as StageInputs<Anything>
  }
  get stage(): StageInfo {
    return this.#node.info
  }
  get attempt(): number {
    return this.#fork?.attempt ?? this.#run.attemptOf(this.#node.index)
  }
  get snapshot(): ContextSnapshot {
    return this.#run.snapshot
  }
  get ports(): Anything {
    return this.#run.ports
  }
  get signal(): AbortSignal {
    return (this.#fork?.scope ?? this.#run.scopeOf(this.#node)).signal
  }
  get deadline(): number | undefined {
    return this.#fork === undefined ? this.#run.deadlineOf(this.#node) : this.#fork.deadline
  }
  get clock(): Clock {
    return this.#run.clock
  }
  get startedAt(): number {
    return this.#run.attemptStart(this.#node.index)
  }
  get tryEmitEvent(): TryEmitEvent {
    return (type: string, data: object) => this.#run.tryEmit(this.#node, type, data)
  }
  get emitEvent(): EmitEvent {
    return (type: string, data: object) => this.#run.emit(this.#node, type, data, this.signal)
  }
  get run(): RunContext {
    return this.#run.context
  }
  get record(): StageRecord {
    return stageRecord(this.#run, this.#node.index)
  }

  // The functions are bound, since stages take them out of their context: `async ({ inputs, signal, note }) => …`.
  get get(): StageContext['get'] {
    return (slot) => this.#run.slotValue(slot)
  }
  get note(): StageContext['note'] {
    return (key, value) => this.#run.note(this.#node.index, key, value)
  }
  get heartbeat(): StageContext['heartbeat'] {
    return () => tellForks(this, 'alive')
  }
  get onCleanup(): StageContext['onCleanup'] {
    return (callback) => this.#run.onCleanup(this.#node.index, callback)
  }
  get raiseIfCancelled(): StageContext['raiseIfCancelled'] {
    return () => {
      const { aborted } = this // nothing is made for the question
      if (aborted !== undefined) throw aborted.reason
    }
  }
  /** Rejects where the child cannot start; else it resolves, however the child ends. */
  get runChild(): (child: unknown, input?: object, options?: object) => Promise<unknown> {
    return async (child, input = {}, options) =>
      await this.#run.openChild(this, child, input, options, this.#childSuffix()).settled
  }

  // Those of interceptors alone are not: they are called on the way of every stage.
  fork(changes: ForkChanges = NO_CHANGES): ForkState {
    return this.#narrowed(changes, this.#fork?.item ?? '')
  }
  endCall(part: CallPart, output: unknown): void {
    this.#run.endCall(this.#node, part, output)
  }
  get aborted(): InterceptorContext['aborted'] {
    return this.#fork === undefined ? this.#run.callAbortedAt(this.#node.index) : this.#fork.aborted
  }

  /** Children that one call of the code starts by itself keep apart: `~2` for the second. */
  #childSuffix(): string {
    const item = this.#fork?.item ?? ''
    const started = (this.#run.facts(this.#node.index).started ??= new Map<string, number>())
    const count = (started.get(item) ?? 0) + 1
    started.set(item, count)
    return count === 1 ? item : `${item}~${count}`
  }

  /** What one item of a map runs in. */
  static ofItem(context: LiveContext, item: number): ForkState {
    return context.#narrowed(NO_CHANGES, `#${item}`)
  }

  #narrowed(changes: ForkChanges, item: string): ForkState {
    const facts = this.#run.factsIfAny(this.#node.index)
    // Whoever narrows a stage whose code runs goes on to its next call.
    if (facts !== undefined && facts.code > 0)
      giveUp(facts, (call) => call.isAborted && this.#fork?.isIn(call.fork) !== true)
    const fork = new ForkState(this.#run, this.#node, this.#fork, changes, item)
    const context = new LiveContext(this.#run, this.#node, fork)
    context.#inputs = this.#inputs // which may be fixed since the stage started
    fork.within = context
    return fork
  }

  /** The time on the clock; while the stage starts, that of its start, which has been read already. */
  get now(): number {
    const { index } = this.#node
    const isFirst = this.#run.starting === index && this.#run.factsIfAny(index)?.attempts === undefined
    return isFirst ? (this.#run.times[2 * index] as number) : this.#run.clock.now()
  }
}

// Constants: what may change is not inlined, and these are on the way of every stage.
export const isLive: (value: unknown) => value is LiveContext = hasRun
export const runOf: (context: LiveContext) => RunLoop = readRun
export const nodeOf: (context: LiveContext) => StageNode = readNode
export const forkOf: (context: LiveContext) => ForkState | undefined = readFork

/** Tells the forks around a stage, and those around the stages above it; `inAttempt`: only those inside this attempt. */
export function tellForks(context: LiveContext, news: ForkNews, inAttempt = false): void {
  const run = runOf(context)
  const node = nodeOf(context)
  // Who was told that it is blocked is told that it no longer is, whatever has ended meanwhile.
  if (news === 'alive' && run.schedule.state(node.index) !== RUNNING) return
  for (let fork = forkOf(context); fork !== undefined; fork = fork.outer) {
    tellNews(context, fork.changes, news)
    if (inAttempt && fork.changes.attempt !== undefined) return
  }
  tellParts(context, node.layers, run.calls, node.firstCall, news)
  run.parent?.tell(news)
}

/** Tells the parts of a call, the innermost first; not those whose call another has ended, told just before. */
export function tellParts(
  context: LiveContext,
  layers: readonly Named[],
  parts: CallParts,
  first: number,
  news: ForkNews,
): void {
  for (let place = layers.length - 1; place >= 0; place--) {
    const part = parts[first + place]
    if (part !== undefined) tellNews(context, part, news, layers[place])
  }
}

function tellNews(context: LiveContext, listener: CallNews, news: ForkNews, by?: Named): void {
  const run = runOf(context)
  try {
    run.heard(news === 'alive' ? listener.onHeartbeat?.() : listener.onParked?.(news === 'parked'), by)
  } catch (cause) {
    run.blame(cause, by)
  }
}
