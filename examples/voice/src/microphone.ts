import type { Clock } from '@stageflow/core'
import { bytesOf } from './audio.ts'

export interface Microphone {
  /** A person speaks into it, from the next frame on. Resolves when all of it was recorded, or the recording has ended. */
  say(audio: Uint8Array): Promise<void>
  /** What it records, a frame every 32 ms: silence if no person speaks. Ends when the signal aborts. */
  record(signal: AbortSignal): AsyncGenerator<Uint8Array, void>
}

/** As many samples as the speech detector takes at once: 512. */
const FRAME_MS = 32

/** A microphone that records what it is given, in real time, or `speed` times as fast. */
export function openMicrophone(clock: Clock, speed: number): Microphone {
  let isOver = false
  let said: { readonly audio: Uint8Array; at: number; readonly done: () => void }[] = []

  /** The next bytes of what is said; fewer than wanted if it ends. */
  function take(bytes: number): Uint8Array {
    const [first] = said
    if (first === undefined) return new Uint8Array(0)
    const taken = first.audio.subarray(first.at, first.at + bytes)
    first.at += taken.length
    if (first.at === first.audio.length) {
      said = said.slice(1)
      first.done()
    }
    return taken
  }

  return {
    say: (audio) =>
      new Promise((done) => {
        if (isOver) done()
        else said.push({ audio, at: 0, done })
      }),
    async *record(signal) {
      const startedAt = clock.now()
      try {
        for (let frame = 1; ; frame++) {
          const ms = startedAt + (frame * FRAME_MS) / speed - clock.now()
          if (ms > 0) await clock.sleep(ms, signal).catch(() => {})
          if (signal.aborted) return
          const recorded = new Uint8Array(bytesOf(FRAME_MS))
          recorded.set(take(recorded.length))
          yield recorded
        }
      } finally {
        isOver = true
        for (const { done } of said) done()
      }
    },
  }
}
