import { systemClock } from '@stageflow/core'
import type { Clock, Run } from '@stageflow/core'
import { CLOCK, MILLISECONDS, checkArgumentCount, checkOptions, required, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { KeptStream } from './kept-stream.ts'
import { SSE_HEADERS, bodyOf } from './sse-body.ts'
import type { Frame, TextSource } from './sse-body.ts'
import { OWNER, ownerText } from './stream-owner.ts'
import { REQUEST_RULES } from './web-request.ts'

export interface SseStreamsOptions {
  /** How long a stream without a client is kept, in ms. A run that still goes on is then cancelled. Default: 60,000. */
  readonly ttlMs?: number
  /** Maximum number of streams that are kept. Default: 1,000. */
  readonly maxStreams?: number
  /** Maximum size of the events that are kept of one stream, in characters. Default: 262,144. */
  readonly maxLength?: number
  /** Measures `ttlMs`. Default: the system's. */
  readonly clock?: Clock
}

/** What `stats()` of streams returns. */
export interface SseStreamsStats {
  /** How many streams are kept now. */
  readonly streams: number
  /** The characters of their events. */
  readonly length: number
  /** How many streams could not be kept, because there were too many. */
  readonly notKept: number
}

export interface ResumeOptions {
  /** Who asks, as you have verified them. A stream of another owner is "not there". */
  readonly owner: unknown
  /** As in `sseResponse`. Default: 15,000. */
  readonly heartbeatMs?: number
}

/** The streams of one process, for clients whose connection broke. */
export interface SseStreams {
  /**
   * The response to a client that sends `Last-Event-ID`: the events after that one, or 204 if they are gone. Undefined for any other request: start
   * a run then.
   */
  resume(request: Request, options: ResumeOptions): Response | undefined
  stats(): SseStreamsStats
}

const RULES: OptionRules<SseStreamsOptions> = {
  ttlMs: MILLISECONDS,
  maxStreams: whole(1),
  maxLength: whole(1),
  clock: CLOCK,
}

const RESUME_RULES: OptionRules<ResumeOptions> = { owner: required(OWNER), heartbeatMs: MILLISECONDS }

/** Keeps the stream of a run. Undefined if there are too many. */
interface Keeper {
  keep(
    run: Pick<Run<unknown>, 'pipelineRunId' | 'cancel'>,
    frames: AsyncGenerator<Frame>,
    owner: unknown,
  ): TextSource | undefined
}

const keepers = new WeakMap<object, Keeper>()

export const keeperOf = (streams: SseStreams): Keeper | undefined => keepers.get(streams)

/** A frame with its id: its stream, and its number in it. */
export const textOfFrame = (frame: Frame, streamId: string, number: number): string =>
  `id: ${streamId}:${number}\n${frame}`

/** The id of a run in those of its events. The app may have chosen it, with characters that end a line or that no header holds. */
export const streamIdOf = (runId: string): string =>
  runId.replaceAll(/[^\w.:~-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

interface Kept {
  readonly stream: KeptStream
  /** When it is given up; undefined while a client reads it. */
  expiresAt: number | undefined
  /** The timer runs only while the run does. That of one that has ended would only keep the process from ending. */
  stopTimer: () => void
}

/** Keeps the streams of `sseResponse`, so that a client can read on after its connection broke. Make one per process. */
export function sseStreams(options: SseStreamsOptions = {}): SseStreams {
  checkArgumentCount(arguments.length, 1, 'sseStreams(options)', 'http/illegal-option')
  checkOptions('sseStreams()', 'http/illegal-option', options, RULES)
  const { ttlMs = 60_000, maxStreams = 1_000, maxLength = 262_144, clock = systemClock } = options
  const kept = new Map<string, Kept>()
  let notKept = 0
  let repeats = 0

  /** Removes the oldest stream that has ended and isn't read; false if there is none. */
  function makeRoom(): boolean {
    for (const [id, { stream }] of kept) {
      if (stream.hasEnded && !stream.hasReader) return kept.delete(id)
    }
    return false
  }

  const isExpired = ({ expiresAt = Infinity }: Kept): boolean => expiresAt <= clock.now()

  function dropExpired(): void {
    for (const [id, one] of kept) if (isExpired(one)) kept.delete(id)
  }

  /** The record of a run has the id of the run, and may have other events. */
  function freeIdOf(runId: string): string {
    const id = streamIdOf(runId)
    return kept.has(id) ? `${id}/${++repeats}` : id
  }

  const keeper: Keeper = {
    keep(run, frames, owner) {
      dropExpired()
      if (kept.size >= maxStreams && !makeRoom()) {
        notKept++
        return undefined
      }
      const id = freeIdOf(run.pipelineRunId)
      const stream = new KeptStream({
        owner: ownerText(owner),
        maxLength,
        textOf: (frame, number) => textOfFrame(frame, id, number),
        readerChanged: ({ hasReader, hasEnded }) => {
          entry.stopTimer()
          entry.expiresAt = hasReader ? undefined : clock.now() + ttlMs
          if (hasReader || hasEnded) return
          entry.stopTimer = clock.setTimeout(() => {
            kept.delete(id)
            stream.giveUp()
            run.cancel('the client did not come back')
          }, ttlMs)
        },
      })
      const entry: Kept = { stream, expiresAt: undefined, stopTimer: () => {} }
      kept.set(id, entry)
      void stream.fill(frames).then(() => entry.stopTimer())
      return stream.readFrom(1)
    },
  }

  const streams: SseStreams = {
    resume(request, resumeOptions) {
      checkArgumentCount(arguments.length, 2, 'resume(request, options)', 'http/illegal-option')
      checkOptions('resume()', 'http/illegal-option', { request }, REQUEST_RULES)
      checkOptions('resume()', 'http/illegal-option', resumeOptions, RESUME_RULES)
      const last = request.headers.get('last-event-id')
      // An empty one names no event.
      if (last === null || last === '') return undefined
      const [, id = '', number = ''] = /^(.+):(\d{1,15})$/.exec(last) ?? []
      const found = kept.get(id)
      const stream = found === undefined || isExpired(found) ? undefined : found.stream
      const isOwn = stream?.owner === ownerText(resumeOptions.owner)
      const source = isOwn ? stream?.readFrom(Number(number) + 1) : undefined
      // 204 makes an EventSource stop. Any other response makes it ask again.
      if (source === undefined) return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      const body = bodyOf(source, { heartbeatMs: resumeOptions.heartbeatMs ?? 15_000, clock })
      return new Response(body, { headers: SSE_HEADERS })
    },
    stats: () => {
      dropExpired()
      let length = 0
      for (const { stream } of kept.values()) length += stream.length
      return Object.freeze({ streams: kept.size, length, notKept })
    },
  }
  keepers.set(streams, keeper)
  return Object.freeze(streams)
}
