import { StageflowError, type Clock, type RunIdentity, type TryEmitEvent } from '@stageflow/core'
import { isThenable, textOf } from '@stageflow/core/kit'

import type { ToolEventEmitter } from '../parsed-call.ts'
import type { CallerOptions } from './options.ts'

/** Why something was stopped. */
export class Stop {
  readonly kind: 'cancelled' | 'timed-out' | 'lost'
  readonly error: StageflowError

  constructor(kind: Stop['kind'], error: StageflowError) {
    this.kind = kind
    this.error = error
  }
}

/** Something that can be stopped once: the first reason counts. */
export class Stops {
  readonly #controller = new AbortController()
  readonly #listeners = new Set<(stop: Stop) => void>()
  /** The reason, once it is stopped. */
  stop: Stop | undefined

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  readonly end = (stop: Stop): void => {
    if (this.stop !== undefined) return
    this.stop = stop
    this.#controller.abort(stop.error)
    for (const listener of this.#listeners) listener(stop)
    this.#listeners.clear()
  }

  /** Calls the listener when it is stopped, at once if it already is. Returns a function that removes the listener. */
  onStop(listener: (stop: Stop) => void): () => void {
    if (this.stop !== undefined) {
      listener(this.stop)
      return () => {}
    }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Resolves as `work` does, or with the reason if that comes first. `work` goes on, and its late rejection is ignored. */
  race<T>(work: Promise<T>): Promise<T | Stop> {
    return new Promise((resolve, reject) => {
      const remove = this.onStop(resolve)
      const settled = (settle: () => void): void => {
        remove()
        settle()
      }
      work.then(
        (value) => settled(() => resolve(value)),
        (error: unknown) => settled(() => reject(error)),
      )
    })
  }
}

/** The caller of `execute` or `undo`: its options, and what it takes over from the context of its stage. */
export interface Caller {
  readonly clock: Clock
  readonly ports: unknown
  readonly ids: Readonly<Partial<RunIdentity>>
  readonly stops: Stops
  /** Undefined without an emitter: then no payload is made. */
  readonly emit: TryEmitEvent | undefined
  /** Tells the stage that there is progress. */
  readonly heartbeat: () => void
  /** Removes its timers and listeners. */
  readonly close: () => void
}

export interface EmitterErrors {
  emitterErrors: number
  lastEmitterError: unknown
}

export function callerOf(options: CallerOptions<never>, clockOfExecutor: Clock, errors: EmitterErrors): Caller {
  const { context, timeoutMs } = options
  const clock = options.clock ?? context?.clock ?? clockOfExecutor
  const stops = new Stops()
  const removals = [options.signal, context?.signal].map((signal) => stopWith(signal, stops))
  if (timeoutMs !== undefined && stops.stop === undefined) {
    const late = (): void => stops.end(new Stop('timed-out', tookTooLong(timeoutMs)))
    removals.push(clock.setTimeout(late, timeoutMs))
  }
  return {
    clock,
    ports: options.ports ?? context?.ports,
    ids: {
      pipelineRunId: context?.pipelineRunId,
      requestId: context?.requestId,
      sessionId: context?.sessionId,
      userId: context?.userId,
      orgId: context?.orgId,
      interactionId: context?.interactionId,
    } as Partial<RunIdentity>,
    stops,
    emit: emitterOf(options.eventEmitter ?? context?.tryEmitEvent, errors),
    heartbeat: () => context?.heartbeat?.(),
    close: () => {
      for (const remove of removals) remove()
    },
  }
}

/** Emits an event. What the emitter throws or rejects with goes to `onError`: an observer never breaks what it observes. */
export function emitSafely(
  emitter: ToolEventEmitter,
  type: Parameters<ToolEventEmitter>[0],
  data: Parameters<ToolEventEmitter>[1],
  onError: (error: unknown) => void,
): void {
  try {
    const answer = emitter(type, data)
    if (isThenable(answer)) Promise.resolve(answer).catch(onError)
  } catch (error) {
    onError(error)
  }
}

/** Emits a handler's own events. Events about calls belong to the executor: a handler cannot forge the end of its call. */
export function handlerEmit(emit: TryEmitEvent | undefined): TryEmitEvent {
  return (type: string, data: object) =>
    emit !== undefined && !/^(?:tools?|approval)\./.test(type) && emit(type as never, data as never)
}

function stopWith(signal: AbortSignal | undefined, stops: Stops): () => void {
  const onAbort = (): void => {
    const cause: unknown = signal?.reason
    const message = `The call was cancelled: ${textOf(cause)}`
    stops.end(new Stop('cancelled', new StageflowError('tools/cancelled', message, { cause })))
  }
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return () => signal?.removeEventListener('abort', onAbort)
}

const tookTooLong = (timeoutMs: number): StageflowError =>
  new StageflowError(
    'tools/timed-out',
    `The tool calls together took longer than ${timeoutMs} ms. Raise timeoutMs of the call, or make fewer calls at once.`,
  )

function emitterOf(emitter: ToolEventEmitter | undefined, errors: EmitterErrors): TryEmitEvent | undefined {
  if (emitter === undefined) return undefined
  return (type: string, data: object) => {
    let refused = false
    let answer: unknown
    const remember: ToolEventEmitter = (...event) => (answer = emitter(...event))
    emitSafely(remember, type as never, data as never, (error) => {
      refused = true
      errors.emitterErrors++
      errors.lastEmitterError = error
    })
    return !refused && answer !== false
  }
}
