import { StageflowError, systemClock } from '@stageflow/core'
import type { Run } from '@stageflow/core'
import { checkArgumentCount, checkOptions, objectWith, required } from '@stageflow/core/kit'

import { jsonResponse } from './json-response.ts'
import { logError } from './log-error.ts'
import { SSE_HEADERS, bodyOf } from './sse-body.ts'
import type { Frame, TextSource } from './sse-body.ts'
import { errorFrame, framesOf, isRepeated, lastFrame } from './sse-frames.ts'
import { SSE_RULES } from './sse-options.ts'
import type { SseResponseOptions } from './sse-options.ts'
import { keeperOf, streamIdOf, textOfFrame } from './sse-streams.ts'

const RUN = objectWith('a run, such as graph.start(input)', 'cancel', 'chunks')

/**
 * The response that streams a run as server-sent events: `chunk` for each chunk of the stage, then `end`, or `error` if the run failed or was
 * cancelled. Waits for the first event: a run that ends without one gets the response of `jsonResponse`, with its own status. Rejects with
 * `http/illegal-option`.
 */
export async function sseResponse<Stages>(run: Run<Stages>, options: SseResponseOptions<Stages>): Promise<Response> {
  checkArgumentCount(arguments.length, 2, 'sseResponse(run, options)', 'http/illegal-option')
  checkOptions('sseResponse()', 'http/illegal-option', { run }, { run: required(RUN) })
  try {
    checkOptions('sseResponse()', 'http/illegal-option', options, SSE_RULES)
    checkChoice(options)
  } catch (refused) {
    run.cancel('its stream could not be sent')
    throw refused
  }
  const { errors, stopping, streams, owner, heartbeatMs = 15_000, clock = systemClock } = options
  const headers = new Headers(options.headers)
  if (isRepeated(run)) headers.set('idempotent-replayed', 'true')
  const refusal = { headers, ...(errors && { errors }), ...(stopping && { stopping }) }

  const frames = framesOf(run, options)
  let first: IteratorResult<Frame>
  try {
    first = await frames.next()
  } catch (thrown) {
    logError(thrown)
    return jsonResponse(thrown, refusal)
  }
  if (first.done === true) {
    const result = await run.settled
    if (result.status !== 'completed') return jsonResponse(result, refusal)
  }
  const all = allFrames(run, options, first, frames)
  const source = (streams && keeperOf(streams)?.keep(run, all, owner)) ?? untilLeft(run, all)
  for (const [name, value] of Object.entries(SSE_HEADERS)) headers.set(name, value)
  return new Response(bodyOf(source, { heartbeatMs, clock }), { headers })
}

function checkChoice({ stage, events, streams, owner }: SseResponseOptions<never>): void {
  const problem =
    (stage === undefined) === (events === undefined)
      ? "pass either stage or events: { stage: 'llm' }"
      : streams !== undefined && keeperOf(streams) === undefined
        ? 'streams must be made by sseStreams()'
        : streams !== undefined && owner === undefined
          ? 'with streams, pass the owner: the verified user, such as [claims.sub, claims.org_id], or null if your app has no users'
          : undefined
  if (problem !== undefined) throw new StageflowError('http/illegal-option', `sseResponse(): ${problem}.`)
}

/** Never throws: what goes wrong after the first frame is the last one. */
async function* allFrames<Stages>(
  run: Run<Stages>,
  options: SseResponseOptions<Stages>,
  first: IteratorResult<Frame>,
  rest: AsyncGenerator<Frame>,
): AsyncGenerator<Frame> {
  try {
    if (first.done !== true) yield first.value
    yield* rest
    yield await lastFrame(run, options)
  } catch (thrown) {
    logError(thrown)
    yield errorFrame(thrown, options)
  }
}

/** A client that leaves cancels the run. */
function untilLeft<Stages>(run: Run<Stages>, frames: AsyncGenerator<Frame>): TextSource {
  const id = streamIdOf(run.pipelineRunId)
  let count = 0
  return {
    async next() {
      const { done, value } = await frames.next()
      return done === true ? undefined : textOfFrame(value, id, ++count)
    },
    leave: () => run.cancel('the client disconnected'),
  }
}
