import type { Clock } from '@stageflow/core'
import { bytesOf, durationMs } from './audio.ts'

export interface Player {
  /** When the first sample was played, on the clock; undefined before that. */
  readonly firstAudioAt: number | undefined
  /** The text that was heard: whole sentences, and of the one that was cut off its words until then. */
  readonly heard: string
  /** Everything that it played since it was opened, with the silence in between. */
  readonly recording: Uint8Array
  /** Plays a sentence to its end. If the signal aborts, it stops at once and rejects with the signal's reason. */
  play(sentence: Spoken, signal: AbortSignal): Promise<void>
}

export interface Spoken {
  readonly text: string
  readonly audio: Uint8Array
}

/** Takes as long as the audio lasts, or plays it `speed` times as fast. `onSentence` is called as each sentence begins, from 1. */
export function openPlayer(clock: Clock, speed: number, onSentence: (sentence: number) => void = () => {}): Player {
  let silentSince = clock.now()
  let firstAudioAt: number | undefined
  let sentences = 0
  const heard: string[] = []
  const recorded: Uint8Array[] = []
  /** How much audio it could have played since then. */
  const playedSince = (time: number): number => (clock.now() - time) * speed

  return {
    get firstAudioAt() {
      return firstAudioAt
    },
    get heard() {
      return heard.join(' ').trim()
    },
    get recording() {
      return Buffer.concat(recorded)
    },
    async play({ text, audio }, signal) {
      signal.throwIfAborted()
      const startedAt = clock.now()
      firstAudioAt ??= startedAt
      recorded.push(new Uint8Array(bytesOf(playedSince(silentSince))))
      onSentence(++sentences)
      try {
        await clock.sleep(durationMs(audio) / speed, signal)
        heard.push(text)
        recorded.push(audio)
      } catch (error) {
        const share = Math.min(1, playedSince(startedAt) / durationMs(audio))
        heard.push(wordsWithin(text, share))
        recorded.push(audio.subarray(0, bytesOf(share * durationMs(audio))))
        throw error
      } finally {
        silentSince = clock.now()
      }
    },
  }
}

/** The whole words in this share of a text. As if each letter took the same time to say. */
function wordsWithin(text: string, share: number): string {
  const until = Math.floor(text.length * share)
  const end = until === text.length ? until : text.lastIndexOf(' ', until)
  return text.slice(0, Math.max(0, end))
}
