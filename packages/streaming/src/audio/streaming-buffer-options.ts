import { MILLISECONDS, checkOptions, functionLike, refuseOptions, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from '../argument-errors.ts'
import { AudioFormat, bytesPerSample, type RawAudioFormat, RAW_FORMAT } from './audio-format.ts'
import type { StreamEventEmitter } from '../stream-emitter.ts'

export interface StreamingBufferOptions {
  /** How much audio it collects before it is ready, at the start and after an underrun, in ms. Default: 200, or `maxDurationMs` if that is less. */
  readonly targetDurationMs?: number
  /** Maximum audio that it holds, in ms of whole frames. The oldest audio is dropped first. Default: 2,000. */
  readonly maxDurationMs?: number
  /** Frames per second. Default: 16,000. */
  readonly sampleRate?: number
  /** Samples in a frame. Default: 1. */
  readonly channels?: number
  /** Default: `pcm_16`. */
  readonly format?: RawAudioFormat
  /** Receives overflows, underruns and recoveries, such as `context.tryEmitEvent`. Default: none, and then no event is made. */
  readonly eventEmitter?: StreamEventEmitter
}

/** The options in the buffer's own units. */
export interface BufferLimits {
  readonly sampleRate: number
  readonly frameBytes: number
  readonly maxDurationMs: number
  readonly maxBytes: number
  readonly targetBytes: number
  /** An overflow drops a multiple of this. */
  readonly dropBytes: number
}

const RULES: OptionRules<StreamingBufferOptions> = {
  targetDurationMs: MILLISECONDS,
  maxDurationMs: MILLISECONDS,
  sampleRate: whole(1),
  channels: whole(1),
  format: RAW_FORMAT,
  eventEmitter: functionLike('(type, data) => void'),
}
const MOST_BYTES = 2 ** 30
const DROP_MS = 50

export function bufferLimits(options: StreamingBufferOptions): BufferLimits {
  const what = 'new StreamingBuffer()'
  checkOptions(what, ILLEGAL_OPTION, options, RULES)
  const { maxDurationMs = 2_000, sampleRate = 16_000, channels = 1, format = AudioFormat.PCM_16 } = options
  const { targetDurationMs = Math.min(200, maxDurationMs) } = options
  const frames = (durationMs: number): number => Math.floor((durationMs * sampleRate) / 1_000)
  const maxFrames = frames(maxDurationMs)
  const frameBytes = (bytesPerSample(format) ?? 0) * channels
  const problems: string[] = []
  if (targetDurationMs > maxDurationMs)
    problems.push(
      `targetDurationMs must be at most maxDurationMs (${maxDurationMs}), not ${targetDurationMs}: it could never be ready`,
    )
  if (maxFrames < 1) problems.push(`maxDurationMs must be at least one frame at ${sampleRate} Hz, not ${maxDurationMs}`)
  if (maxFrames * frameBytes > MOST_BYTES)
    problems.push(
      `maxDurationMs must be less than ${maxDurationMs}: that is ${maxFrames * frameBytes} bytes, and a buffer holds at most ${MOST_BYTES}`,
    )
  refuseOptions(what, ILLEGAL_OPTION, problems)
  const targetFrames = Math.max(1, frames(targetDurationMs))
  // One gap of 50 ms is less audible than a gap at each chunk. It leaves what the target needs.
  const dropFrames = Math.max(1, Math.min(frames(DROP_MS), maxFrames - targetFrames))
  return {
    sampleRate,
    frameBytes,
    maxDurationMs,
    maxBytes: maxFrames * frameBytes,
    targetBytes: targetFrames * frameBytes,
    dropBytes: dropFrames * frameBytes,
  }
}
