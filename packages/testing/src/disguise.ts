import type { CallPart, Fork, InterceptorContext, RunContext, RunPart, StageOutput } from '@stageflow/core'

/** What is told of what an interceptor does. */
export interface DisguiseNews {
  readonly onEmit?: (type: string) => void
  /** `isLost`: the record of the stage did not take it any more. */
  readonly onNote?: (key: string, isLost: boolean) => void
  /** The `enter` of a part is over, and has not called `next`. */
  readonly onLateEnter?: () => void
  /** It ended a call for which it had heard this answer already. */
  readonly onLateEnd?: (answer: StageOutput) => void
}

type Part = CallPart & RunPart

/** What outputs are known by, of whichever copy of core. */
const OUTPUT = Symbol.for('@stageflow/output')

/**
 * Shows an interceptor other contexts and runs than the engine's own, and the engine other parts than the interceptor's own, to
 * hear what the one does with them. What is handed back is the real one again.
 */
export class Disguise {
  readonly #news: DisguiseNews
  /** One is always shown as the same: an interceptor may tell runs apart by it, and the engine calls by their parts. */
  readonly #before = new WeakMap<object, object>()
  readonly #behind = new WeakMap<object, object>()
  /** What was heard of a call, by its context and its part. */
  readonly #heard = new WeakMap<object, Map<object, StageOutput>>()

  constructor(news: DisguiseNews) {
    this.#news = news
  }

  context(real: InterceptorContext): InterceptorContext {
    return this.#facade(real)
  }
  run(real: RunContext): RunContext {
    return this.#facade(real)
  }
  real<Shown extends object>(shown: Shown): Shown {
    return (this.#behind.get(shown) ?? shown) as Shown
  }

  /** What an interceptor answered as a call or a run began; what is no part is passed on as it is. */
  part<Answer>(answer: Answer): Answer {
    const isPart = typeof answer === 'object' && answer !== null && !(OUTPUT in answer) && !('then' in answer)
    return isPart ? (this.#partFor(answer) as Answer) : answer
  }

  #facade<Real extends object>(real: Real): Real {
    const known = this.#before.get(real) as Real | undefined
    if (known !== undefined) return known
    const facade = new Proxy(real, { get: (target, key) => this.#member(target, key) })
    this.#before.set(real, facade)
    this.#behind.set(facade, real)
    return facade
  }

  #member(target: object, key: string | symbol): unknown {
    const value: unknown = Reflect.get(target, key, target)
    const context = target as InterceptorContext
    switch (key) {
      case 'run':
        return this.#facade(value as RunContext)
      case 'tryEmitEvent':
      case 'emitEvent':
        return (type: string, data: object) => {
          this.#news.onEmit?.(type)
          return (value as (type: string, data: object) => unknown)(type, data)
        }
      case 'note':
        return (key: string, note: unknown) => {
          ;(value as (key: string, note: unknown) => void)(key, note)
          this.#news.onNote?.(key, 'record' in target && !Object.is(recordedNotes(context)[key], note))
        }
      case 'fork':
        return (changes: object) => {
          const fork = context.fork(changes)
          return { context: this.#facade(fork.context), abort: (reason) => fork.abort(reason) } satisfies Fork
        }
      case 'endCall':
        return (part: CallPart, output: StageOutput) => {
          const answer = this.#heard.get(target)?.get(part)
          if (answer !== undefined) this.#news.onLateEnd?.(answer)
          context.endCall(this.#before.get(part) ?? part, output)
        }
      case 'with':
        return (changes: object) => this.#facade((value as RunContext['with'])(changes))
      default:
        return value
    }
  }

  #partFor(part: Part): Part {
    const known = this.#before.get(part)
    if (known !== undefined) return known
    const enter = (next: () => void, real: InterceptorContext & RunContext): void => {
      if (part.enter === undefined) return next()
      let isMade = false
      const answer: unknown = part.enter(() => {
        isMade = true
        next()
      }, this.#facade(real))
      if (!isMade) this.#news.onLateEnter?.()
      return answer as void
    }
    const facade: Part = {
      enter,
      ended: (output: never, real: InterceptorContext & RunContext) => {
        if (OUTPUT in output) this.#hear(part, real, output)
        return part.ended?.(output, this.#facade(real))
      },
      settled: (record, run) => part.settled?.(record, this.#facade(run)),
      onHeartbeat: () => part.onHeartbeat?.(),
      onParked: (parked) => part.onParked?.(parked),
    }
    Object.defineProperty(facade, 'deadline', { get: () => part.deadline })
    this.#before.set(part, facade)
    return facade
  }

  #hear(part: object, context: object, output: StageOutput): void {
    const heard = this.#heard.get(context) ?? new Map<object, StageOutput>()
    this.#heard.set(context, heard.set(part, output))
  }
}

const recordedNotes = ({ record }: InterceptorContext) => record.notes as Readonly<Record<string, unknown>>
