import { bytesOf, illegalArgument } from './audio-format.ts'
import { ByteRing } from './byte-ring.ts'
import { shown } from './option-rules.ts'
import { type BufferLimits, bufferLimits, type StreamingBufferOptions } from './streaming-buffer-options.ts'
import { SafeEmitter } from './stream-emitter.ts'

declare module '@stageflow/core' {
  interface EventMap {
    /** Audio came faster than it was read: the oldest was dropped. */
    'stream.buffer_overflow': {
      readonly bytesDropped: number
      readonly bufferDurationMs: number
      readonly maxDurationMs: number
    }
    /** A read wanted more than there was. Told once, until `stream.buffer_recovered`. */
    'stream.buffer_underrun': {
      readonly bytesRequested: number
      readonly bytesAvailable: number
      /** What is left after the read. */
      readonly bufferDurationMs: number
    }
    /** After an underrun, the target is reached again. */
    'stream.buffer_recovered': { readonly bufferDurationMs: number }
  }
}

/** Bytes: `totalReceived` is the sum of `totalRead`, `totalDropped`, `totalDiscarded` and `bytesBuffered`. */
export interface StreamingBufferStats {
  readonly durationMs: number
  /** With those of a frame that has not come whole. */
  readonly bytesBuffered: number
  readonly totalReceived: number
  /** By `read`, `readInto` and `flush`. */
  readonly totalRead: number
  /** By overflows; the sum of what their events say. */
  readonly totalDropped: number
  /** By `clear`, and the part of a frame that `flush` could not give. */
  readonly totalDiscarded: number
  readonly overflows: number
  readonly underruns: number
  readonly isReady: boolean
  /** From an underrun until the target is reached again. */
  readonly underrunActive: boolean
  /** How often the event emitter threw or rejected. */
  readonly emitterErrors: number
  readonly lastEmitterError: unknown
}

const LONGEST_READ_MS = 86_400_000
// Sums such as 0.1 + 0.2 may end just under a whole frame.
const ROUNDING = 1e-9

/**
 * A jitter buffer for raw audio: chunks of any size come in, even and whole frames go out. What is beyond `maxDurationMs` is
 * dropped, oldest first. Errors: `streaming/illegal-option`, `streaming/illegal-argument`.
 */
export class StreamingBuffer {
  readonly #limits: BufferLimits
  readonly #ring: ByteRing
  readonly #emitter: SafeEmitter | undefined
  #isReady = false
  #underrunActive = false
  #owedFrames = 0
  #totalReceived = 0
  #totalRead = 0
  #totalDropped = 0
  #totalDiscarded = 0
  #overflows = 0
  #underruns = 0

  constructor(options: StreamingBufferOptions = {}) {
    this.#limits = bufferLimits(options)
    const { maxBytes, frameBytes } = this.#limits
    this.#ring = new ByteRing(maxBytes + frameBytes, frameBytes)
    if (options.eventEmitter !== undefined) this.#emitter = new SafeEmitter(options.eventEmitter)
  }

  /** Milliseconds of the whole frames in it. */
  get durationMs(): number {
    const { frameBytes, sampleRate } = this.#limits
    return (Math.floor(this.#ring.size / frameBytes) / sampleRate) * 1_000
  }

  /** Whether to play: from when the target is reached until a read runs out. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Whether another frame would drop one. */
  get isFull(): boolean {
    return this.#ring.size >= this.#limits.maxBytes
  }

  get stats(): StreamingBufferStats {
    return Object.freeze({
      durationMs: this.durationMs,
      bytesBuffered: this.#ring.size,
      totalReceived: this.#totalReceived,
      totalRead: this.#totalRead,
      totalDropped: this.#totalDropped,
      totalDiscarded: this.#totalDiscarded,
      overflows: this.#overflows,
      underruns: this.#underruns,
      isReady: this.#isReady,
      underrunActive: this.#underrunActive,
      emitterErrors: this.#emitter?.errors ?? 0,
      lastEmitterError: this.#emitter?.lastError,
    })
  }

  /**
   * Adds audio, which is copied; it may end within a frame. Answers how many bytes were dropped to hold `maxDurationMs`: the
   * oldest, whole frames, in steps of 50 ms where the target allows it.
   */
  addChunk(audio: ArrayBufferView | ArrayBuffer): number {
    const bytes = bytesOf(audio, 'addChunk()')
    const { frameBytes, maxBytes, targetBytes, dropBytes } = this.#limits
    const held = this.#ring.size
    // A part of a frame at the end is beside the limit: nothing is dropped for it before it is whole.
    const excess = held + bytes.length - maxBytes
    const dropped = excess >= frameBytes ? Math.ceil((excess - (excess % frameBytes)) / dropBytes) * dropBytes : 0
    if (dropped > held) this.#ring.clear()
    else this.#ring.skip(dropped)
    this.#ring.write(bytes, Math.max(0, dropped - held))
    this.#totalReceived += bytes.length
    this.#totalDropped += dropped

    if (this.#ring.size >= targetBytes) this.#isReady = true
    if (dropped > 0) this.#tellOverflow(dropped)
    // Asked now: whoever heard of the overflow may have read.
    if (this.#underrunActive && this.#ring.size >= targetBytes) {
      this.#underrunActive = false
      this.#emitter?.emit('stream.buffer_recovered', { bufferDurationMs: this.durationMs })
    }
    return dropped
  }

  /**
   * The next `durationMs` of audio (20 by default) as whole frames, or what there is. Fractions of a frame are owed to the
   * next read, so that 10 ms at 22.05 kHz is 220 frames and then 221. It is a view of the buffer's memory, good until another
   * `maxDurationMs` of audio has been added: copy (`slice()`) what is kept longer, written into, or transferred to a worker.
   */
  read(durationMs = 20): Uint8Array {
    if (typeof durationMs !== 'number' || !(durationMs >= 0 && durationMs <= LONGEST_READ_MS))
      throw illegalArgument('read()', shown(durationMs), `a number of milliseconds from 0 to ${LONGEST_READ_MS}`)
    const { frameBytes, sampleRate } = this.#limits
    const exact = (durationMs * sampleRate) / 1_000 + this.#owedFrames
    const frames = Math.max(0, Math.floor(exact + ROUNDING))
    this.#owedFrames = exact - frames
    const requested = frames * frameBytes
    const available = this.#wholeBytes()
    const audio = this.#ring.take(Math.min(requested, available))
    this.#wasRead(audio.length, requested, available)
    return audio
  }

  /** Fills `target` with as many whole frames as fit, or as there are, and answers how many bytes that was. */
  readInto(target: ArrayBufferView | ArrayBuffer): number {
    const bytes = bytesOf(target, 'readInto()')
    const { frameBytes } = this.#limits
    const requested = bytes.length - (bytes.length % frameBytes)
    const available = this.#wholeBytes()
    const length = Math.min(requested, available)
    this.#ring.takeInto(bytes, length)
    this.#wasRead(length, requested, available)
    return length
  }

  /** All whole frames that are left, as `read` gives them, ready or not: the end of a stream. Then it is as new. */
  flush(): Uint8Array {
    const audio = this.#ring.take(this.#wholeBytes())
    this.#totalRead += audio.length
    this.clear()
    return audio
  }

  /** Forgets what it holds, also a part of a frame, and answers how many bytes that was: after a seek, or after a loss within a frame. */
  clear(): number {
    const discarded = this.#ring.size
    this.#ring.clear()
    this.#totalDiscarded += discarded
    this.#isReady = false
    this.#underrunActive = false
    this.#owedFrames = 0
    return discarded
  }

  #wholeBytes(): number {
    return this.#ring.size - (this.#ring.size % this.#limits.frameBytes)
  }

  #wasRead(length: number, requested: number, available: number): void {
    this.#totalRead += length
    if (length === requested) return
    this.#isReady = false
    if (this.#underrunActive) return
    this.#underrunActive = true
    this.#underruns++
    this.#emitter?.emit('stream.buffer_underrun', {
      bytesRequested: requested,
      bytesAvailable: available,
      bufferDurationMs: this.durationMs,
    })
  }

  #tellOverflow(bytesDropped: number): void {
    this.#overflows++
    this.#emitter?.emit('stream.buffer_overflow', {
      bytesDropped,
      bufferDurationMs: this.durationMs,
      maxDurationMs: this.#limits.maxDurationMs,
    })
  }
}
