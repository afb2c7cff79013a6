/** All audio of this example is mono PCM of 16 bits at 16 kHz: what the recognizer and the speech detector read. */
export const SAMPLE_RATE = 16_000
const BYTES_PER_MS = (SAMPLE_RATE * 2) / 1_000

export function durationMs(audio: Uint8Array): number {
  return audio.length / BYTES_PER_MS
}

/** How many bytes this much audio has, in whole samples. */
export function bytesOf(ms: number): number {
  return Math.round((ms * BYTES_PER_MS) / 2) * 2
}
