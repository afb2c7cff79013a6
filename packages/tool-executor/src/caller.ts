import { StageflowError, type Clock, type RunIdentity, type StageContext, type TryEmitEvent } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import type { ToolEventEmitter } from '@stageflow/tools'
import { emitSafely } from '@stageflow/tools/kit'

import { ID_NAMES, type CallerOptions, type ExecuteOptions, type MaybeWithRegistry } from './options.ts'
import { Stop, Stops } from './stops.ts'
import type { UndoCaller } from './undo-types.ts'

/** The caller of `execute`, `undo` or `compensate`: its options, and what it takes over from the context of its stage. */
export interface Caller extends UndoCaller {
  readonly stops: Stops
  /** In a durable run: the name of the call of its stage, the same in every process that carries it out. */
  readonly callKey: string | undefined
  /** Runs a pipeline inside its stage. Undefined without one. */
  readonly runChild: StageContext['runChild'] | undefined
  /** Removes its timers and listeners. */
  readonly close: () => void
}

type AnyOptions<Ports> = MaybeWithRegistry<Ports, CallerOptions<Ports> & Pick<ExecuteOptions<Ports>, 'ids'>>

/** What an executor gives to each of its callers. */
export interface CallerServices extends Pick<UndoCaller, 'graceMs' | 'forgetResult' | 'onStoreError'> {
  readonly clock: Clock
  readonly onEmitterError: (error: unknown) => void
}

/** Makes the caller. Close it when its calls have ended. `leftMs`: what is left of `timeoutMs`. */
export function callerOf<Ports>(
  options: AnyOptions<Ports>,
  services: CallerServices,
  leftMs: number | undefined = options.timeoutMs,
): Caller {
  const { context, timeoutMs, registry } = options
  const { graceMs, forgetResult, onStoreError } = services
  const clock = options.clock ?? context?.clock ?? services.clock
  const stops = new Stops()
  const removals = [options.signal, context?.signal].map((signal) => stopWith(signal, stops))
  if (timeoutMs !== undefined && leftMs !== undefined && stops.stop === undefined) {
    const end = (): void => stops.end(new Stop('timed-out', tookTooLong(timeoutMs)))
    // Without time, no code of a tool should begin.
    if (leftMs === 0) end()
    else removals.push(clock.setTimeout(end, leftMs))
  }
  const emitter = options.eventEmitter ?? context?.tryEmitEvent ?? registry?.eventEmitter
  const emit = emitter && emitWith(emitter, services.onEmitterError)
  return {
    clock,
    ports: options.ports ?? context?.ports ?? {},
    ids: idsOf(options),
    stops,
    callKey: context?.callKey,
    runChild: runChildOf(context),
    signal: stops.signal,
    emit,
    handlerEmit: handlerEmit(emit),
    heartbeat: () => context?.heartbeat?.(),
    graceMs,
    forgetResult,
    onStoreError,
    close: () => {
      for (const remove of removals) remove()
    },
  }
}

function idsOf<Ports>({ context, ids }: AnyOptions<Ports>): Readonly<Partial<RunIdentity>> {
  return Object.fromEntries(ID_NAMES.map((name) => [name, ids?.[name] ?? context?.[name]]))
}

function runChildOf(context: Partial<Pick<StageContext, 'runChild'>> | undefined): Caller['runChild'] {
  const { runChild } = context ?? {}
  return runChild?.bind(context as StageContext)
}

/** Emits a handler's own events. Events about calls belong to the executor: a handler cannot forge the end of its call. */
function handlerEmit(emit: TryEmitEvent | undefined): TryEmitEvent {
  return (type: string, data: object) =>
    emit !== undefined && !/^(?:tools?|approval)\./.test(type) && emit(type as never, data as never)
}

function stopWith(signal: AbortSignal | undefined, stops: Stops): () => void {
  const onAbort = (): void => {
    const cause: unknown = signal?.reason
    const message = `The call was cancelled: ${textOf(cause)}`
    stops.end(new Stop('cancelled', new StageflowError('tool-executor/cancelled', message, { cause })))
  }
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return () => signal?.removeEventListener('abort', onAbort)
}

const tookTooLong = (timeoutMs: number): StageflowError =>
  new StageflowError(
    'tool-executor/timed-out',
    `The tool calls together took longer than ${timeoutMs} ms. Raise timeoutMs of the call, or make fewer calls at once.`,
  )

/** Emits with this emitter. Returns false if it threw, or returned false. */
function emitWith(emitter: ToolEventEmitter, onError: (error: unknown) => void): TryEmitEvent {
  return (type: string, data: object) => {
    let isRefused = false
    const remember: ToolEventEmitter = (...event) => {
      const answer = emitter(...event)
      isRefused = answer === false
      return answer
    }
    emitSafely(remember, type as never, data as never, (error) => {
      isRefused = true
      onError(error)
    })
    return !isRefused
  }
}
