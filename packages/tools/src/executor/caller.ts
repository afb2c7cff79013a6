import { StageflowError, type Clock, type RunIdentity, type TryEmitEvent } from '@stageflow/core'

import type { ToolEventEmitter } from './call-types.ts'
import { emitSafely } from './emit.ts'
import { textOf } from './error-text.ts'
import type { CallerOptions } from './tool-executor-options.ts'
import { Stop, Stops } from './tool-executor-stops.ts'

/** Whom calls belong to: the options of one `execute` or `undo`, over what the stage's context has. */
export interface Caller {
  readonly clock: Clock
  readonly ports: unknown
  readonly ids: Readonly<Partial<RunIdentity>>
  readonly stops: Stops
  /** Undefined where nobody listens: then no payload is even made. */
  readonly emit: TryEmitEvent | undefined
  /** Tells the stage that there is progress. */
  readonly heartbeat: () => void
  /** Takes back what was set for it. */
  readonly close: () => void
}

export interface EmitterErrors {
  emitterErrors: number
  lastEmitterError: unknown
}

export function callerOf(options: CallerOptions<never>, clockOfExecutor: Clock, errors: EmitterErrors): Caller {
  const { context } = options
  const clock = options.clock ?? context?.clock ?? clockOfExecutor
  const stops = new Stops()
  const takeBacks = [options.signal, context?.signal].map((signal) => stopWith(signal, stops))
  const { timeoutMs } = options
  if (timeoutMs !== undefined && stops.stop === undefined)
    takeBacks.push(
      clock.setTimeout(
        () =>
          stops.end(
            new Stop(
              'timed-out',
              new StageflowError('tools/timed-out', `The tool calls together took longer than ${timeoutMs} ms.`),
            ),
          ),
        timeoutMs,
      ),
    )
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
      for (const takeBack of takeBacks) takeBack()
    },
  }
}

function stopWith(signal: AbortSignal | undefined, stops: Stops): () => void {
  const onAbort = (): void =>
    stops.end(
      new Stop(
        'cancelled',
        new StageflowError('tools/cancelled', `The call was cancelled: ${textOf(signal?.reason)}`, {
          cause: signal?.reason,
        }),
      ),
    )
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return () => signal?.removeEventListener('abort', onAbort)
}

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
