import { StageflowError, isStageEvent } from '@stageflow/core'
import type { Run, StageflowEvent } from '@stageflow/core'
import { read, show } from '@stageflow/core/kit'

import { endingOf, toJson } from './ending.ts'
import type { StatusOptions } from './error-table.ts'
import { endBody, errorBody } from './json-response.ts'
import type { Frame } from './sse-body.ts'
import type { SseEvent, SseResponseOptions } from './sse-options.ts'

const NAME = /^[\w.:-]+$/

/** The frames of what a run does. If a frame can't be made, the run is cancelled, and the error is thrown. */
export async function* framesOf<Stages>(run: Run<Stages>, options: SseResponseOptions<Stages>): AsyncGenerator<Frame> {
  const choose = options.events ?? chunksOf(run, options.stage as string)
  for await (const event of run) {
    let frame: Frame | undefined
    try {
      const chosen = choose(event)
      if (chosen !== undefined) frame = frameOf(chosen)
    } catch (thrown) {
      run.cancel('its stream could not be sent')
      throw thrown
    }
    if (frame !== undefined) yield frame
  }
}

function chunksOf<Stages>(run: Run<Stages>, stage: string): (event: StageflowEvent) => SseEvent | undefined {
  const runId = run.pipelineRunId
  return (event) => {
    if (event.pipelineRunId !== runId || event.stage !== stage || !isStageEvent(event, 'chunk')) return undefined
    // What an item of a map yields isn't a chunk of the map.
    return event.data.index === undefined ? { event: 'chunk', data: event.data.chunk } : undefined
  }
}

function frameOf({ event, data }: SseEvent): Frame {
  if (typeof event !== 'string' || !NAME.test(event))
    throw new StageflowError(
      'http/illegal-event',
      `The name of a server-sent event must be of letters, digits, "_", "-", "." and ":", not ${show(event)}. Return { event: 'chunk', data }.`,
    )
  return `event: ${event}\ndata: ${toJson(data, `The data of event "${event}"`)}\n\n`
}

/** The last frame: `end` if the run completed or waits for an answer, otherwise `error`. */
export async function lastFrame<Stages>(run: Run<Stages>, options: SseResponseOptions<Stages>): Promise<Frame> {
  const result = await run.settled
  const ending = endingOf(result, options)
  if (!('result' in ending)) return frameOf({ event: 'error', data: { status: ending.status, ...errorBody(ending) } })
  if (result.status !== 'completed' || options.body === undefined)
    return frameOf({ event: 'end', data: endBody(ending) })
  const data = options.body(result.data)
  return frameOf({ event: 'end', data: { ...endBody(ending), data } })
}

/** The last frame of a stream that could not be sent to its end. */
export function errorFrame(thrown: unknown, options: StatusOptions): Frame {
  const ending = endingOf(thrown, options)
  const body = 'result' in ending ? {} : errorBody(ending)
  return frameOf({ event: 'error', data: { status: ending.status, ...body } })
}

/** Whether a run is the record of an earlier one, as `idempotentRun` returns it. */
export const isRepeated = (run: object): boolean => read(run, 'repeated') === true
