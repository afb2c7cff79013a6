import { AbortScope } from './abort.ts'
import { notAnOutput } from './compose.ts'
import type { Fork, ForkChanges, InterceptorContext } from './context.ts'
import { StageflowError } from './errors.ts'
import type { RunStage } from './interceptor.ts'
import type { LiveContext } from './live-context.ts'
import type { StageNode } from './node.ts'
import { tellObserversOf, tellWaiting } from './observed-call.ts'
import type { Observers } from './observed-call.ts'
import { Output, isForeignOutput, toOutput } from './output.ts'
import type { RunLoop } from './run-loop.ts'
import type { StageFacts } from './stage-facts.ts'

type Answer = ReturnType<RunStage>

/**
 * A part of a stage's time with a signal, a deadline and an attempt of its own: what `context.fork()` gives. Each call of a
 * stage under a time-out makes one: what is rarely used is made when it is. Only its `abort`, which is handed to timers, is
 * bound, for what is bound is made anew each time it is read.
 */
export class ForkState implements Fork {
  readonly outer: ForkState | undefined
  /** Whom to tell; its functions are called on it. */
  readonly changes: ForkChanges
  /** What is added to the lineage path of the children that are started in it: the item of a map. */
  readonly item: string
  /** Who hears of the answer before it. */
  inner: Observers | undefined
  readonly #run: RunLoop
  readonly #node: StageNode
  #context: LiveContext | undefined
  #scope: AbortScope | undefined
  /** What `run` passed on: the promise of the stage's own code, which the engine can answer early. */
  #passed: Promise<unknown> | undefined
  #ended: Output | undefined
  /** Answers the call where an interceptor inside has an answer of its own, which must not be waited for. */
  #answer: ((output: Output) => void) | undefined

  constructor(run: RunLoop, node: StageNode, outer: ForkState | undefined, changes: ForkChanges, item: string) {
    if (Number.isNaN(changes.deadline))
      throw new StageflowError(
        'core/run-option',
        'context.fork() was given the deadline NaN; it must be a time on the clock, in milliseconds.',
      )
    this.#run = run
    this.#node = node
    this.outer = outer
    this.changes = changes
    this.item = item
  }

  /** Once, by whoever makes the context that knows of this fork. */
  set within(context: LiveContext) {
    this.#context = context
  }
  get context(): InterceptorContext {
    return this.#context as unknown as InterceptorContext
  }
  get attempt(): number | undefined {
    return this.changes.attempt ?? this.outer?.attempt
  }
  get deadline(): number | undefined {
    const around = this.outer === undefined ? this.#run.deadline : this.outer.deadline
    const least = Math.min(this.changes.deadline ?? Infinity, around ?? Infinity)
    return least === Infinity ? undefined : least
  }
  get scope(): AbortScope {
    return (this.#scope ??= new AbortScope(this.outer?.scope ?? this.#run.scopeOf(this.#node)))
  }
  get aborted(): { readonly reason: unknown } | undefined {
    if (this.#scope !== undefined) return this.#scope.aborted
    return this.outer === undefined ? this.#run.abortedAt(this.#node.index) : this.outer.aborted
  }
  get abort(): Fork['abort'] {
    return (reason) => this.scope.abort(reason)
  }
  /** Nobody inside it listens any more. */
  close(): void {
    this.#scope?.close()
  }

  run(next: RunStage): Answer {
    if (this.#ended !== undefined) return this.#ended as unknown as Answer
    this.#answer = this.#passed = undefined // of a call before this one, which is over
    const answer = next(this.context)
    const facts = this.#facts
    const isPassedOn = facts?.answer !== undefined && facts.body === (answer as unknown)
    // `end` may have been called meanwhile.
    const ended = this.#ended as Output | undefined
    if (ended !== undefined) {
      if (isPassedOn) this.#answerEarly(facts, ended)
      this.answered(ended)
      return ended as unknown as Answer
    }
    if (!(answer instanceof Promise)) {
      this.answered(answer as unknown as Output)
      return answer
    }
    if (isPassedOn) {
      if (this.changes.onAnswer !== undefined) {
        this.inner = facts.observers
        facts.observers = this
      }
      return (this.#passed = answer)
    }
    return new Promise((resolve) => {
      this.#answer = resolve as unknown as (output: Output) => void
      void answer.then((output) => {
        if (this.#ended === undefined) this.answered(output as unknown as Output)
        resolve(output)
      })
    })
  }

  /** The call inside has its answer. */
  answered(output: Output): void {
    const { changes } = this
    if (changes.onAnswer !== undefined) this.#run.tell(changes.onAnswer, output as never, changes)
  }

  end(given: unknown): void {
    if (this.#ended !== undefined) return
    const output = (this.#ended = this.#checked(given))
    const reason = output.error ?? new StageflowError('core/call-ended', 'An interceptor answered for it.')
    const facts = this.#facts
    this.scope.abort(reason)
    if (facts !== undefined) tellWaiting(this.#run, facts, output, (inner) => this.#surrounds(inner))
    if (this.#answer !== undefined) {
      this.answered(output)
      this.#answer(output)
    } else if (this.#passed !== undefined && facts?.body === this.#passed) this.#answerEarly(facts, output)
  }

  #surrounds(inner: ForkState | undefined): boolean {
    return inner === this || (inner !== undefined && this.#surrounds(inner.outer))
  }

  #checked(given: unknown): Output {
    if (given instanceof Output) return given
    const { name } = this.#node
    return typeof given === 'object' && given !== null && isForeignOutput(given)
      ? toOutput(given, name)
      : notAnOutput('fork.end', name, given)
  }

  #answerEarly(facts: StageFacts, output: Output): void {
    const { answer } = facts
    facts.answer = undefined
    facts.body = undefined // what its code still answers, nobody waits for
    tellObserversOf(this.#run, facts, output)
    answer?.(output)
    // Nothing else waits for the answer.
    if (facts.direct) this.#run.resume(this.#node.index, output, this.#run.clock.now())
  }

  get #facts(): StageFacts | undefined {
    return this.#run.factsIfAny(this.#node.index)
  }
}
