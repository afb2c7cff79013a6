import { AudioFormat, bytesPerSample, type RawAudioFormat, RAW_FORMAT } from './audio-format.ts'
import { FUNCTION, MS, problemsOf, refuseOptions, type Rules, WHOLE } from './option-rules.ts'
import type { StreamEventEmitter } from './stream-emitter.ts'

export interface StreamingBufferOptions {
  /** How much it gathers before it is ready, at the start and after an underrun. Default: 200, or `maxDurationMs` if that is less. */
  readonly targetDurationMs?: number
  /** The most that it holds, in whole frames; the oldest audio beyond that is dropped. Default: 2,000. */
  readonly maxDurationMs?: number
  /** Frames a second. Default: 16,000. */
  readonly sampleRate?: number
  /** Samples in a frame. Default: 1. */
  readonly channels?: number
  /** Default: `pcm_16`. */
  readonly format?: RawAudioFormat
  /** Where overflows, underruns and recoveries are told, such as `context.tryEmitEvent`. Default: nowhere, and then no event is made. */
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

const RULES: Rules = {
  targetDurationMs: MS,
  maxDurationMs: MS,
  sampleRate: WHOLE,
  channels: WHOLE,
  format: RAW_FORMAT,
  eventEmitter: FUNCTION,
}
const MOST_BYTES = 2 ** 30
const DROP_MS = 50

export function bufferLimits(options: StreamingBufferOptions): BufferLimits {
  const what = 'new StreamingBuffer()'
  refuseOptions(what, problemsOf(options, RULES))
  const { maxDurationMs = 2_000, sampleRate = 16_000, channels = 1, format = AudioFormat.PCM_16 } = options
  const { targetDurationMs = Math.min(200, maxDurationMs) } = options
  const frames = (durationMs: number): number => Math.floor((durationMs * sampleRate) / 1_000)
  const maxFrames = frames(maxDurationMs)
  const frameBytes = (bytesPerSample(format) ?? 0) * channels
  const problems: string[] = []
  if (targetDurationMs > maxDurationMs)
    problems.push(
      `targetDurationMs is ${targetDurationMs}, more than maxDurationMs, which is ${maxDurationMs}: it could never be ready`,
    )
  if (maxFrames < 1) problems.push(`maxDurationMs is ${maxDurationMs}, less than one frame at ${sampleRate} Hz`)
  if (maxFrames * frameBytes > MOST_BYTES)
    problems.push(
      `maxDurationMs is ${maxDurationMs}, which is ${maxFrames * frameBytes} bytes here; a buffer holds ${MOST_BYTES} at most`,
    )
  refuseOptions(what, problems)
  const targetFrames = Math.max(1, frames(targetDurationMs))
  // One gap of 50 ms is heard less than a gap at each chunk. It never takes what the target needs.
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
