import type { CallHooks, CallLimits, Fork, InterceptorContext, RunContext, RunPart, StageOutput } from '@stageflow/core'

import type { WatchedGlobals } from './watched-globals.ts'

/** Callbacks for what an interceptor does with the contexts and parts that it is shown. */
export interface DisguiseNews {
  readonly onEmit?: (type: string) => void
  /** `isLost`: the stage's record no longer accepted the note. */
  readonly onNote?: (key: string, isLost: boolean) => void
  /** The `enter` of a part threw or returned before it had called `next`. */
  readonly onClosedEnter?: () => void
  /** The interceptor set, defined or deleted this member of a context or a run. */
  readonly onWrite?: (member: string) => void
  /** The `expired` of a part threw, or returned something other than an output. */
  readonly onBadExpired?: (what: string) => void
}

type Part = CallHooks & Partial<CallLimits> & RunPart

/** What outputs are known by, of whichever copy of core. */
const OUTPUT = Symbol.for('@stageflow/output')

/**
 * Stands between the engine and an interceptor. It shows the interceptor proxies of the engine's contexts and runs, and the engine
 * facades of the interceptor's parts. It reports what the interceptor does with them. What comes back is unwrapped again.
 */
export class Disguise {
  readonly #news: DisguiseNews
  readonly #globals: WatchedGlobals | undefined
  /** The same object always gets the same facade: an interceptor may use contexts and runs as keys. */
  readonly #before = new WeakMap<object, object>()
  readonly #behind = new WeakMap<object, object>()

  /** `globals`: watches the functions of the parts. */
  constructor(news: DisguiseNews, globals?: WatchedGlobals) {
    this.#news = news
    this.#globals = globals
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

  /** Wraps the part that an interceptor returned from `onCall` or `onRun`. Anything else is returned unchanged. */
  part<Answer>(answer: Answer): Answer {
    const isPart = typeof answer === 'object' && answer !== null && !(OUTPUT in answer) && !('then' in answer)
    return isPart ? (this.#partFor(answer) as Answer) : answer
  }

  #facade<Real extends object>(real: Real): Real {
    const known = this.#before.get(real) as Real | undefined
    if (known !== undefined) return known
    const write = (key: string | symbol): true => (this.#news.onWrite?.(String(key)), true)
    const facade = new Proxy(real, {
      get: (target, key) => this.#member(target, key),
      set: (target, key, value) => write(key) && Reflect.set(target, key, value, target),
      defineProperty: (target, key, descriptor) => write(key) && Reflect.defineProperty(target, key, descriptor),
      deleteProperty: (target, key) => write(key) && Reflect.deleteProperty(target, key),
    })
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
        return () => {
          const fork = context.fork()
          return { context: this.#facade(fork.context), abort: (reason) => fork.abort(reason) } satisfies Fork
        }
      case 'codeLeft':
        return () => context.codeLeft()
      case 'wait':
        return (ms: number) => context.wait(ms)
      case 'with':
        return (changes: object) => this.#facade((value as RunContext['with'])(changes))
      default:
        return value
    }
  }

  #partFor(part: Part): Part {
    const known = this.#before.get(part)
    if (known !== undefined) return known
    const facade: Part = {
      enter: (next: () => void, real: InterceptorContext & RunContext) => {
        if (part.enter === undefined) return next()
        let isMade = false
        try {
          return this.#within(() =>
            part.enter?.(() => {
              isMade = true
              this.#outside(next)
            }, this.#facade(real)),
          )
        } finally {
          if (!isMade) this.#news.onClosedEnter?.()
        }
      },
      ended: (output: never, real: InterceptorContext & RunContext) =>
        this.#within(() => part.ended?.(output, this.#facade(real))),
      settled: (record, run) => this.#within(() => part.settled?.(record, this.#facade(run))),
    }
    // The engine reads limits once for each call; a part may be shared by many calls.
    for (const limit of ['deadline', 'idleMs'] as const)
      Object.defineProperty(facade, limit, { get: () => part[limit], enumerable: true })
    Object.defineProperty(facade, 'expired', { value: this.#expiredOf(part), enumerable: true })
    this.#before.set(part, facade)
    return facade
  }

  #within<T>(act: () => T): T {
    return this.#globals === undefined ? act() : this.#globals.within(act)
  }
  #outside(act: () => void): void {
    if (this.#globals === undefined) act()
    else this.#globals.outside(act)
  }

  #expiredOf(part: Part): Part['expired'] {
    const { expired } = part
    if (typeof expired !== 'function') return expired
    return (why, real) => {
      let answer: unknown
      try {
        answer = this.#within(() => expired.call(part, why, this.#facade(real)))
      } catch (thrown) {
        this.#news.onBadExpired?.(`threw ${String(thrown)}`)
        throw thrown
      }
      const isOutput = typeof answer === 'object' && answer !== null && OUTPUT in answer
      if (!isOutput) this.#news.onBadExpired?.(`returned ${answer instanceof Promise ? 'a promise' : String(answer)}`)
      return answer as StageOutput
    }
  }
}

const recordedNotes = ({ record }: InterceptorContext) => record.notes as Readonly<Record<string, unknown>>
