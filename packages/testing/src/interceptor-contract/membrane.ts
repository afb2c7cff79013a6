import type { CallHooks, CallLimits, Fork, Interceptor, InterceptorContext, RunContext } from '@stageflow/core'
import { withHooks, type Hooks } from '../stages/with-hooks.ts'
import type { WatchedGlobals } from './watched-globals.ts'

/** Callbacks for what an interceptor does. */
export interface Spy {
  /** The interceptor is shown a context of a call, or a run. */
  onShown?: (real: InterceptorContext | RunContext) => void
  /** It calls a stage. Returns false for a call that is never answered. */
  onNext?: (context: InterceptorContext) => boolean
  /** It has called a method of a context or a run. */
  onCalled?: (method: string, given: readonly unknown[], real: InterceptorContext | RunContext) => void
  /** It sets, defines or deletes this member of a context or a run. */
  onWrite?: (member: string) => void
  /** The `expired` of a part has returned or thrown. */
  onExpired?: (ended: { readonly returned: unknown } | { readonly thrown: unknown }) => void
}

type AnyFunction = (...given: unknown[]) => unknown

const HOOKS = ['wrap', 'onCall', 'wrapRun', 'onRun', 'settled', 'admit'] as const
const PART: readonly (keyof CallHooks | keyof CallLimits | 'settled')[] = [
  'enter',
  'ended',
  'settled',
  'expired',
  'deadline',
  'idleTimeoutMs',
]

/**
 * Stands between the engine and an interceptor, and replaces what crosses it: contexts, runs and `next` on the way in, functions and
 * parts on the way out. A replacement that comes back is unwrapped. So the spy sees all that the interceptor does, and nothing that
 * stages and other interceptors do.
 */
export class Membrane {
  readonly #spy: Spy
  /** Watches the functions of the interceptor, and what continues from them. */
  readonly #globals: WatchedGlobals
  /** The replacement of each context, run and part. Interceptors use contexts and runs as keys, so each has one. */
  readonly #replacements = new WeakMap<object, object>()
  readonly #originals = new WeakMap<object, unknown>()

  constructor(spy: Spy, globals: WatchedGlobals) {
    this.#spy = spy
    this.#globals = globals
  }

  /** The interceptor, as the engine gets it. */
  around(interceptor: Interceptor): Interceptor {
    const hooks = HOOKS.map((name) => [name, this.#outwards(interceptor[name], interceptor)] as const)
    return withHooks(interceptor, Object.fromEntries(hooks) as Hooks)
  }

  /** What the engine gets for a value of the interceptor. `self`: the object that a function is a member of. */
  #outwards(value: unknown, self?: object): unknown {
    if (isPart(value)) return this.#replaced(value, () => this.#partFor(value))
    if (typeof value !== 'function') return value
    // If `wrap` returns its `next`, the engine gets its own, so that the stage stays unwrapped.
    if (this.#originals.has(value)) return this.#originals.get(value)
    return (...given: unknown[]) =>
      this.#outwards(
        this.#globals.within(() =>
          Reflect.apply(
            value,
            self,
            given.map((one) => this.#inwards(one)),
          ),
        ),
      )
  }

  /** What the interceptor gets for a value that the engine passes to it. */
  #inwards(value: unknown): unknown {
    return typeof value === 'function' ? this.#nextFor(value as AnyFunction) : this.#shown(value)
  }

  #nextFor(next: AnyFunction): AnyFunction {
    const replacement = (...given: unknown[]): unknown => {
      const [real] = given.map((one) => this.#originals.get(one as object) ?? one)
      if (isCallContext(real) && this.#spy.onNext?.(real) === false) return new Promise(() => {})
      return this.#globals.outside(() => next(real))
    }
    this.#originals.set(replacement, next)
    return replacement
  }

  /** A context or a run as the interceptor sees it. Anything else is returned unchanged. */
  #shown(value: unknown): unknown {
    return isContext(value) ? this.#replaced(value, () => this.#contextFor(value)) : value
  }

  #contextFor(real: InterceptorContext | RunContext): object {
    this.#spy.onShown?.(real)
    const write = (member: string | symbol): true => (this.#spy.onWrite?.(String(member)), true)
    return new Proxy(real, {
      get: (_, key) => {
        // The members of a context are private to it, so it must be their `this`.
        const member: unknown = Reflect.get(real, key, real)
        if (typeof member !== 'function') return this.#shown(member)
        return (...given: unknown[]) => {
          const result: unknown = Reflect.apply(member, real, given)
          this.#spy.onCalled?.(String(key), given, real)
          return key === 'fork' ? this.#forkFor(result as Fork) : this.#shown(result)
        }
      },
      set: (_, key, value) => write(key) && Reflect.set(real, key, value, real),
      defineProperty: (_, key, descriptor) => write(key) && Reflect.defineProperty(real, key, descriptor),
      deleteProperty: (_, key) => write(key) && Reflect.deleteProperty(real, key),
    })
  }

  #forkFor(fork: Fork): Fork {
    return { context: this.#shown(fork.context) as InterceptorContext, abort: (reason) => fork.abort(reason) }
  }

  #partFor(part: object): object {
    const get = (member: string): unknown => {
      const value: unknown = Reflect.get(part, member)
      const own = typeof value === 'function' ? (this.#outwards(value, part) as AnyFunction) : value
      return member === 'expired' && typeof own === 'function' ? this.#reported(own as AnyFunction) : own
    }
    // The engine reads limits once for each call, and a part may be shared by many calls: so they are read when it does.
    const members = PART.map((member) => [member, { get: () => get(member), enumerable: true }] as const)
    return Object.defineProperties({}, Object.fromEntries(members))
  }

  #reported(expired: AnyFunction): AnyFunction {
    return (...given) => {
      try {
        const returned = expired(...given)
        this.#spy.onExpired?.({ returned })
        return returned
      } catch (thrown) {
        this.#spy.onExpired?.({ thrown })
        throw thrown
      }
    }
  }

  #replaced(original: object, make: () => object): object {
    const known = this.#replacements.get(original)
    if (known !== undefined) return known
    const replacement = make()
    this.#replacements.set(original, replacement)
    this.#originals.set(replacement, original)
    return replacement
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isContext = (value: unknown): value is InterceptorContext | RunContext =>
  isObject(value) && 'tryEmitEvent' in value
const isCallContext = (value: unknown): value is InterceptorContext => isContext(value) && 'stage' in value
/** The engine refuses an object without any of the members. */
const isPart = (value: unknown): value is object => isObject(value) && PART.some((member) => member in value)

/** Whether this method of a context or a run emits an event. */
export const isEmit = (method: string): boolean => method === 'tryEmitEvent' || method === 'emitEvent'
