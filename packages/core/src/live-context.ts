import type { Clock } from './clock.ts'
import type { ForkChanges, InterceptorContext, RunContext, StageContext, StageInfo } from './context.ts'
import type { EmitEvent, TryEmitEvent } from './events.ts'
import { ForkState } from './fork.ts'
import { getter } from './getter.ts'
import { NodeInputs } from './inputs.ts'
import type { StageInputs } from './inputs.ts'
import type { StageNode } from './node.ts'
import type { StageRecord } from './report-types.ts'
import type { RunLoop } from './run-loop.ts'
import type { ContextSnapshot } from './snapshot.ts'
import { IDS } from './snapshot-fields.ts'

type Anything = Readonly<Record<string, unknown>>

interface Narrowed {
  readonly context: LiveContext
  readonly fork: ForkState
}

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
    hasRun = (value): value is LiveContext => typeof value === 'object' && value !== null && #run in value
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
    return (this.#fork ?? this.#run.scopeOf(this.#node)).signal
  }
  get deadline(): number | undefined {
    return this.#fork === undefined ? this.#run.deadline : this.#fork.deadline
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
    return this.#run.record(this.#node.index)
  }

  // The functions are bound, since stages take them out of their context: `async ({ inputs, signal, note }) => …`.
  get get(): StageContext['get'] {
    return (slot) => this.#run.slotValue(slot)
  }
  get note(): StageContext['note'] {
    return (key, value) => this.#run.note(this.#node.index, key, value)
  }
  get heartbeat(): StageContext['heartbeat'] {
    return () => {
      for (let fork = this.#fork; fork !== undefined; fork = fork.outer) this.#run.tell(fork.onHeartbeat)
    }
  }
  get onCleanup(): StageContext['onCleanup'] {
    return (callback) => this.#run.onCleanup(this.#node.index, callback)
  }
  get raiseIfCancelled(): StageContext['raiseIfCancelled'] {
    return () => {
      const aborted = (this.#fork ?? this.#run.scopeOf(this.#node)).aborted
      if (aborted !== undefined) throw aborted.reason
    }
  }
  /** Rejects where the child cannot start; else it resolves, however the child ends. */
  get runChild(): (child: unknown, input?: object, options?: object) => Promise<unknown> {
    return async (child, input = {}, options) =>
      await this.#run.openChild(this, child, input, options, this.#fork?.item ?? '').settled
  }
  get fork(): InterceptorContext['fork'] {
    return (changes = {}) => {
      const { context, fork } = this.#narrowed(changes)
      return { context: context as unknown as InterceptorContext, abort: (reason) => fork.abort(reason) }
    }
  }

  /** The context of one item of a map. */
  static ofItem(context: LiveContext, item: number): Narrowed {
    return context.#narrowed({}, `#${item}`)
  }

  #narrowed(changes: ForkChanges, item?: string): Narrowed {
    const fork = new ForkState(this.#fork, this.#run.scopeOf(this.#node), this.deadline, changes, item)
    const context = new LiveContext(this.#run, this.#node, fork)
    context.#inputs = this.#inputs // which may be fixed since the stage started
    return { context, fork }
  }
}

// Constants: what may change is not inlined, and these are on the way of every stage.
export const isLive: (value: unknown) => value is LiveContext = hasRun
export const runOf: (context: LiveContext) => RunLoop = readRun
export const nodeOf: (context: LiveContext) => StageNode = readNode
export const forkOf: (context: LiveContext) => ForkState | undefined = readFork
