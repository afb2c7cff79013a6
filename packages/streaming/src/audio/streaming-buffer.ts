import { show } from '@stageflow/core/kit'

import { illegalArgument } from '../argument-errors.ts'
import { SafeEmitter } from '../stream-emitter.ts'
import { bytesOf } from './audio-format.ts'
import { ByteRing } from './byte-ring.ts'
import { type BufferLimits, bufferLimits, type StreamingBufferOptions } from './streaming-buffer-options.ts'

declare module '@stageflow/core' {
  interface EventMap {
    /** Audio came faster than it was read, and the oldest was dropped. */
    'stream.buffer_overflow': {
      readonly bytesDropped: number
      readonly bufferDurationMs: number
      readonly maxDurationMs: number
    }
    /** A read asked for more than there was. Emitted once, until `stream.buffer_recovered`. */
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
  /** Includes the bytes of an incomplete frame. */
  readonly bytesBuffered: number
  readonly totalReceived: number
  /** By `read`, `readInto` and `flush`. */
  readonly totalRead: number
  /** By overflows: the sum of `bytesDropped` in their events. */
  readonly totalDropped: number
  /** By `clear`, and the part of a frame that `flush` couldn't return. */
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
 * A jitter buffer for raw audio: chunks of any size go in, whole frames come out at an even pace. Beyond `maxDurationMs`, the
 * oldest audio is dropped. Errors: `streaming/illegal-option`.
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

  /** The duration of the whole frames in it, in ms. */
  get durationMs(): number {
    const { frameBytes, sampleRate } = this.#limits
    return (Math.floor(this.#ring.size / frameBytes) / sampleRate) * 1_000
  }

  /** Whether to play: from when the target is reached until a read runs out of audio. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Whether one more frame would drop one. */
  get isFull(): boolean {
    return this.#ring.size >= this.#limits.maxBytes
  }

  stats(): StreamingBufferStats {
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
   * Adds a copy of the audio, which may end within a frame. Returns how many bytes were dropped to keep `maxDurationMs`: the oldest
   * whole frames, in steps of 50 ms if the target allows it.
   */
  addChunk(audio: ArrayBufferView | ArrayBuffer): number {
    const bytes = bytesOf(audio, 'addChunk()')
    const { frameBytes, maxBytes, targetBytes, dropBytes } = this.#limits
    const held = this.#ring.size
    // An incomplete frame at the end doesn't count: nothing is dropped for it before it is complete.
    const excess = held + bytes.length - maxBytes
    const dropped = excess >= frameBytes ? Math.ceil((excess - (excess % frameBytes)) / dropBytes) * dropBytes : 0
    if (dropped > held) this.#ring.clear()
    else this.#ring.skip(dropped)
    this.#ring.write(bytes, Math.max(0, dropped - held))
    this.#totalReceived += bytes.length
    this.#totalDropped += dropped

    if (this.#ring.size >= targetBytes) this.#isReady = true
    if (dropped > 0) this.#tellOverflow(dropped)
    // Checked now, because a listener of the overflow may have read.
    if (this.#underrunActive && this.#ring.size >= targetBytes) {
      this.#underrunActive = false
      this.#emitter?.emit('stream.buffer_recovered', { bufferDurationMs: this.durationMs })
    }
    return dropped
  }

  /**
   * Returns the next `durationMs` of audio (20 by default) as whole frames, or what there is. The next read gets the fraction of a
   * frame that is left over, so 10 ms at 22.05 kHz is 220 frames and then 221. The result is a view of the buffer's memory, valid until
   * another `maxDurationMs` of audio has been added. Copy it (`slice()`) to keep it longer, write into it, or transfer it to a worker.
   */
  read(durationMs = 20): Uint8Array {
    if (typeof durationMs !== 'number' || !(durationMs >= 0 && durationMs <= LONGEST_READ_MS))
      throw illegalArgument('read()', show(durationMs), `a number of milliseconds from 0 to ${LONGEST_READ_MS}`)
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

  /** Fills `target` with as many whole frames as fit, or as there are. Returns their number of bytes. */
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

  /** Returns all whole frames that are left, ready or not, like `read`. Use it at the end of a stream: afterwards the buffer is like new. */
  flush(): Uint8Array {
    const audio = this.#ring.take(this.#wholeBytes())
    this.#totalRead += audio.length
    this.clear()
    return audio
  }

  /** Discards what it holds, including an incomplete frame. Returns how many bytes that was. Use it after a seek, or a loss within a frame. */
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
