import { deadlineIn, endCallParts, takeCallParts, within } from './call-parts.ts'
import type { CallLayer, CallParts } from './call-parts.ts'
import type { ForkChanges } from './context.ts'
import type { ForkState } from './fork.ts'
import { checkedPromise } from './guarded-stage.ts'
import type { Answer } from './guarded-stage.ts'
import { reasonOf } from './interceptor-answer.ts'
import type { CallPart, RunStage } from './interceptor.ts'
import { isLive, nodeOf, runOf, tellParts } from './live-context.ts'
import type { LiveContext } from './live-context.ts'
import type { Output } from './output.ts'
import type { ForkNews } from './parent-link.ts'
import type { StageFacts } from './stage-facts.ts'

/** A call of a stage that other interceptors wrap, and the parts in it of some that stand side by side. */
export class OpenCall implements ForkChanges {
  readonly parts: CallParts
  readonly fork: ForkState
  readonly #layers: readonly CallLayer[]
  readonly #context: LiveContext
  readonly #facts: StageFacts
  #isAsking = false
  #output: Output | undefined
  #resolve: ((output: Output) => void) | undefined

  constructor(layers: readonly CallLayer[], around: LiveContext) {
    this.#layers = layers
    this.parts = layers.map(() => undefined)
    this.#facts = runOf(around).facts(nodeOf(around).index)
    this.fork = around.fork(this)
    this.#context = this.fork.context as unknown as LiveContext
  }

  get deadline(): number {
    return deadlineIn(this.parts, 0, this.parts.length, Infinity)
  }
  onHeartbeat(): void {
    this.#tell('alive')
  }
  onParked(parked: boolean): void {
    this.#tell(parked ? 'parked' : 'unparked')
  }
  #tell(news: ForkNews): void {
    tellParts(this.#context, this.#layers, this.parts, 0, news)
  }
  /** Whether what surrounds it has been aborted. */
  get isAborted(): boolean {
    return this.fork.outer?.aborted !== undefined
  }

  make(next: RunStage): Answer {
    const { parts } = this
    const context = this.#context
    ;(this.#facts.open ??= []).push(this)
    this.#isAsking = true
    const taken = takeCallParts(this.#layers, parts, 0, context)
    this.#isAsking = false
    const answer =
      taken ??
      this.#output ??
      within(runOf(context), this.#layers, parts, 0, 0, context, next as unknown as (context: LiveContext) => Answer)
    if (this.#output !== undefined) {
      this.answer(this.#output) // it was ended meanwhile; once all are asked, they hear of it
      return this.#output
    }
    if (answer instanceof Promise)
      return checkedPromise(
        new Promise((resolve) => {
          this.#resolve = resolve
          void answer.then((output) => this.settle(output))
        }),
      )
    this.settle(answer)
    return answer
  }

  /** It has its answer, unless it had one before. */
  settle(output: Output): void {
    if (this.decide(output)) this.answer(output)
  }
  /** From now on no other answer counts; false: it had one before. */
  decide(output: Output): boolean {
    if (this.#output !== undefined) return false
    this.#output = output
    const { open = [] } = this.#facts
    open.splice(open.lastIndexOf(this), 1)
    return true
  }
  /** Tells those who take part in it, and whoever waits for it. */
  answer(output: Output): void {
    if (this.#isAsking) return
    endCallParts(this.#layers, this.parts, 0, this.#context, output)
    this.#resolve?.(output)
  }
}

/** Those who take part in the calls of `next`, as a layer among others. */
export const callLayer =
  (layers: readonly CallLayer[], next: RunStage): RunStage =>
  (context) =>
    // What is no context is refused by what is inside.
    isLive(context) ? (new OpenCall(layers, context).make(next) as unknown as ReturnType<RunStage>) : next(context)

/** Answers the newest call that this part is in, and what is inside it. */
export function endOpenCall(open: readonly OpenCall[], part: CallPart, output: Output): void {
  const call = open.findLast(({ parts }) => parts.includes(part))
  if (call === undefined) return
  const inside = open.filter(({ fork }) => fork.isIn(call.fork)).toReversed()
  for (const one of inside) one.decide(output) // who ends one when it hears the abort comes too late
  call.fork.scope.abort(reasonOf(output))
  for (const one of inside) one.answer(output)
}
