import type { OneCopy } from '../base/check.ts'
import { checkArgumentCount } from '../base/argument-count.ts'
import { AbortScope } from '../base/abort.ts'
import { isObject } from '../base/check.ts'
import type { Clock } from '../base/clock.ts'
import { getter } from '../base/objects.ts'
import { SlotValues } from '../contract/slot.ts'
import type { MapItem, StageInfo } from '../contract/graph-info.ts'
import type { Slot } from '../contract/slot.ts'
import type { StageContext, StageInputs } from '../contract/context.ts'
import type { EmitEvent, TryEmitEvent } from '../contract/events.ts'
import type { Fork, InterceptorContext } from '../contract/interceptor.ts'
import type { RunContext } from '../contract/run-context.ts'
import { countSuffix } from '../contract/keys.ts'
import type { Resumed, StageRecord } from '../contract/results.ts'
import { IDS } from '../contract/snapshot-fields.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import type { StageNode } from '../graph/graph.ts'
import { childData } from '../report/child-ending.ts'
import { checkedNote } from '../report/notebook.ts'
import type { Outcome } from '../report/outcome.ts'
import { stageRecord } from '../report/record.ts'
import type { ShownCall } from '../report/record.ts'
import type { CallNews } from '../report/run-facts.ts'
import type { StageFacts } from '../report/stage-facts.ts'
import { RUNNING } from '../schedule/plan.ts'
import type { ForkLike, Host } from './host.ts'
import { NodeInputs } from './inputs.ts'

type Anything = Readonly<Record<string, unknown>>

/** What is behind a context. */
export interface Behind {
  readonly host: Host
  readonly node: StageNode
  /** The part of the stage's time that the context is narrowed to. */
  readonly fork: StageFork | undefined
}

/** What is behind a context; undefined if `value` isn't a context. Set by the class below, which alone can read its private fields. */
export let behindOf: {
  (context: LiveStageContext): Behind
  (value: unknown): Behind | undefined
}

/** The context of one stage, made when the stage starts. Its expensive members are created on first use. */
export class LiveStageContext implements InterceptorContext {
  readonly #host: Host
  readonly #node: StageNode
  readonly #fork: StageFork | undefined
  #inputs: NodeInputs | undefined

  constructor(host: Host, node: StageNode, fork?: StageFork, inputs?: NodeInputs) {
    this.#host = host
    this.#node = node
    this.#fork = fork
    // If a stage can start before its dependencies have settled, its inputs show their current state.
    this.#inputs = inputs ?? (node.fixesInputs ? new NodeInputs(host.facts, node) : undefined)
  }

  static {
    for (const id of IDS) getter(this.prototype, id, (context) => context.snapshot[id])
    const behind = (value: unknown): Behind | undefined =>
      isObject(value) && #host in value ? { host: value.#host, node: value.#node, fork: value.#fork } : undefined
    behindOf = behind as typeof behindOf
  }

  declare readonly [Symbol.species]: OneCopy // only in types
  declare readonly pipelineRunId: string
  declare readonly requestId: string | undefined
  declare readonly sessionId: string | undefined
  declare readonly userId: string | undefined
  declare readonly orgId: string | undefined
  declare readonly interactionId: string | undefined

  get inputs(): StageInputs<Anything> {
    const { inputsOfMap } = this.#host
    if (inputsOfMap !== undefined) return inputsOfMap
    // The class reads any stage by name; the interface ties names to types.
    return (this.#inputs ??= new NodeInputs(this.#host.facts, this.#node)) as unknown as StageInputs<Anything>
  }
  get stage(): StageInfo {
    return this.#node.info
  }
  get attempt(): number {
    return this.#fork?.attempt ?? (this.#facts?.attemptsMade || 1) // a call that was answered in place of the code made none
  }
  get snapshot(): ContextSnapshot {
    return this.#host.facts.snapshot
  }
  get ports(): Anything {
    return this.#host.facts.ports
  }
  get signal(): AbortSignal {
    return (this.#fork?.scope ?? this.#host.stopping.scopeOf(this.#node)).signal
  }
  get deadline(): number | undefined {
    const { deadline } = this.#fork ?? this.#host.facts
    return deadline === Infinity ? undefined : deadline
  }
  get clock(): Clock {
    return this.#host.facts.clock
  }
  get startedAt(): number {
    return this.#facts?.attempts?.at(-1)?.startedAt ?? (this.#host.facts.times[2 * this.#node.index] as number)
  }
  get resumed(): Resumed | undefined {
    return this.#facts?.resumed
  }
  get callKey(): string | undefined {
    return this.#host.callKey?.(this.#node.name)
  }
  get item(): MapItem | undefined {
    return this.#host.item
  }
  get run(): RunContext {
    return this.#host.context
  }
  get record(): StageRecord {
    return stageRecord(this.#host.facts, this.#node.index, this.#fork?.shownCall)
  }

  // Bound, because stages destructure their context: `async ({ inputs, signal, note }) => …`.
  get tryEmitEvent(): TryEmitEvent {
    return (type: string, data: object) => this.#host.facts.tryEmit(this.#node, type, data)
  }
  get emitEvent(): EmitEvent {
    return (type: string, data: object) => this.#host.facts.emit(this.#node, type, data, this.signal)
  }
  get get(): StageContext['get'] {
    return (slot, ...more: readonly unknown[]) => {
      if (more.length > 0) checkArgumentCount(1 + more.length, 1, 'get(slot) ?? fallback')
      return (this.#fork ?? this.#host.facts).slotValue(slot)
    }
  }
  get note(): StageContext['note'] {
    return (key, value) => {
      const { facts } = this.#host
      const { index } = this.#node
      if (facts.ignores(index)) return
      // The attempt that the note is about, if its number is known. 0: none, because a part notes it.
      const attempt = this.#fork?.isTellingParts ? 0 : this.#fork?.attempt
      facts.stage(index).note(key, checkedNote(key, value), attempt, this.#isInSoleAttempt())
    }
  }
  get heartbeat(): StageContext['heartbeat'] {
    return () => tellCalls(behindOf(this), 'alive')
  }
  get onCleanup(): StageContext['onCleanup'] {
    return (callback, ...more: readonly unknown[]) => {
      checkArgumentCount(1 + more.length, 1, 'onCleanup(callback)')
      this.#host.onCleanup(this.#node.index, callback)
    }
  }
  get raiseIfCancelled(): StageContext['raiseIfCancelled'] {
    return () => {
      const { aborted } = this // unlike `signal`, creates nothing
      if (aborted !== undefined) throw aborted.reason
    }
  }
  get runChild(): StageContext['runChild'] {
    // The type of the result follows from the child's stages, which only its type has.
    return ((child: unknown, input: object = {}, options?: object, ...more: readonly unknown[]) => {
      const settled = this.#runChild(child, input, options, more)
      const orFail = async (): Promise<unknown> =>
        childData(await settled, this, this.#host.facts.stage(this.#node.index))
      return Object.assign(settled, { orFail })
    }) as unknown as StageContext['runChild']
  }

  // Not bound: interceptors call them on the context, in every call.
  fork(slot?: Slot<unknown>, value?: unknown): StageFork {
    const attempts = this.#facts?.attemptsMade ?? 0
    const fork = new StageFork(this.#host, this.#node, this.#fork, attempts > 0 ? attempts + 1 : undefined)
    if (slot !== undefined) fork.slots = new SlotValues().set(slot, value)
    return this.narrowedTo(fork)
  }
  codeLeft(): Promise<void> {
    const { facts } = this.#host
    const { index } = this.#node
    // The code of an unwrapped stage is not counted until the stage settles before it.
    const isUncounted = this.#fork?.shownCall?.codeBegan === true && facts.schedule.state(index) === RUNNING
    return facts.stage(index).untilCodeLeft(isUncounted)
  }
  async wait(ms: number): Promise<void> {
    // Code that still runs keeps the slot, and so does a call that no layer can make again.
    if (this.#node.wrapped !== undefined && !this.#facts?.runningCode) this.#host.loop.park(this.#node.index)
    await this.clock.sleep(ms, this.signal)
  }
  onRecorded(callback: () => void): void {
    this.#host.onRecorded?.(this.#node.name, callback)
  }
  get aborted(): { readonly reason: unknown } | undefined {
    return this.#fork === undefined ? this.#host.abortOf(this.#node.index) : this.#fork.aborted
  }
  get now(): number {
    return this.#host.loop.now(this.#node.index)
  }

  get #facts(): StageFacts | undefined {
    return this.#host.facts.stages?.[this.#node.index]
  }

  async #runChild(
    child: unknown,
    input: object,
    options: object | undefined,
    more: readonly unknown[],
  ): Promise<Outcome> {
    checkArgumentCount(3 + more.length, 3, 'runChild(child, input, options)')
    const { facts } = this.#host
    // Distinguishes the children that one call of the code starts: `~2` for the second.
    const suffix = countSuffix(++facts.stage(this.#node.index).childCount)
    const { settled } = facts.graph.openChild(this, child, input, options, suffix)
    return (await settled) as Outcome
  }

  /** Whether the code of an unwrapped stage runs: its parts are told before it and after it. */
  #isInSoleAttempt(): boolean {
    if (this.#node.wrapped !== undefined) return false
    const call = this.#fork?.shownCall
    return call === undefined || (call.codeBegan && call.output === undefined)
  }

  /** Makes the context of a narrower part of the stage's time. */
  narrowedTo<Part extends StageFork>(fork: Part): Part {
    let call = this.#facts?.runningCode ? this.#host.loop.calls?.[this.#node.index] : undefined
    for (; call !== undefined; call = call.before) call.giveUpBeside(this.#fork)
    fork.live = new LiveStageContext(this.#host, this.#node, fork, this.#inputs)
    return fork
  }
}

/** A part of a stage's time with its own signal: the result of `context.fork()`, or a call with parts. */
export class StageFork implements Fork, ForkLike {
  declare readonly host: Host
  declare readonly node: StageNode
  declare readonly outer: StageFork | undefined
  /** The number of its attempt, if that is known. */
  declare readonly attempt: number | undefined
  /** The context that is narrowed to it. */
  declare live: LiveStageContext
  declare protected ownScope: AbortScope | undefined
  /** Whether a part of the call is asked or told right now: what it notes isn't a note of the code, which has the same context. */
  declare isTellingParts: boolean
  /** The value that only the code inside it sees. */
  declare slots: SlotValues | undefined

  // Assigned here rather than at the fields, here and in StageCall: that takes 7% less time in `chat with 1 part`.
  constructor(host: Host, node: StageNode, outer: StageFork | undefined, attempt: number | undefined = outer?.attempt) {
    this.host = host
    this.node = node
    this.outer = outer
    this.attempt = attempt
    this.live = undefined as never // set by `narrowedTo`
    this.ownScope = undefined
    this.slots = undefined
    this.isTellingParts = false
  }

  get context(): InterceptorContext {
    return this.live
  }
  /** The value of a slot inside it: its own, that of the nearest fork around it that has one, or that of the run. */
  slotValue<T>(slot: Slot<T>): T | undefined {
    if (this.slots?.has(slot)) return this.slots.get(slot) as T
    return (this.outer ?? this.host.facts).slotValue(slot)
  }
  /** The earliest deadline on it and around it; Infinity without one. */
  get deadline(): number {
    return (this.outer ?? this.host.facts).deadline
  }
  get scope(): AbortScope {
    return (this.ownScope ??= new AbortScope(this.outer?.scope ?? this.host.stopping.scopeOf(this.node)))
  }
  get aborted(): { readonly reason: unknown } | undefined {
    return (this.ownScope ?? this.outer)?.aborted ?? this.host.abortOf(this.node.index)
  }
  get abort(): Fork['abort'] {
    return (reason) => this.scope.abort(reason)
  }
  /** The call of an unwrapped stage, as a record shows it. */
  get shownCall(): ShownCall | undefined {
    return this.outer?.shownCall
  }
  isIn(other: ForkLike): boolean {
    return this === other || this.outer?.isIn(other) === true
  }
  /** Takes news of the code inside it. `attempts`: only for calls that began after this number of attempts. */
  hear(_news: CallNews, _attempts: number): void {}
}

/**
 * Tells the calls around a context about news inside it, the innermost first, and then those around the run. `attempts`: only calls of
 * this run that began after so many attempts, such as those inside a retry.
 */
export function tellCalls({ host, node, fork: innermost }: Behind, news: CallNews, attempts?: number): void {
  const { facts } = host
  // A call that was told that it is blocked is also told that it no longer is, even if the stage has settled meanwhile.
  if (news === 'alive' && facts.schedule.state(node.index) !== RUNNING) return
  for (let fork = innermost; fork !== undefined; fork = fork.outer) fork.hear(news, attempts ?? 0)
  if (attempts === undefined) facts.around?.tell(news)
}
