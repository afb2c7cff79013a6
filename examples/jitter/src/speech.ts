import { createResampler, encodeSamples } from '@stageflow/streaming/audio'

export const SAMPLE_RATE = 16_000
export const CHUNK_MS = 20
/** As speech models often give it. */
const MODEL_RATE = 24_000

/** Something like a voice: a gliding pitch with overtones, in syllables. In chunks of 20 ms of 16 kHz PCM16. */
export function speech(seconds: number): readonly Uint8Array[] {
  const resampler = createResampler({ fromRate: MODEL_RATE, toRate: SAMPLE_RATE })
  const samples = [resampler.push(voice(seconds)), resampler.flush()].flatMap((part) => [...part])
  const chunkSamples = (SAMPLE_RATE * CHUNK_MS) / 1_000
  return Array.from({ length: samples.length / chunkSamples }, (_, chunk) =>
    encodeSamples(Float32Array.from(samples.slice(chunk * chunkSamples, (chunk + 1) * chunkSamples)), 'pcm_16'),
  )
}

function voice(seconds: number): Float32Array {
  let phase = 0
  return Float32Array.from({ length: seconds * MODEL_RATE }, (_, index) => {
    const at = index / MODEL_RATE
    phase += (2 * Math.PI * (120 + 25 * Math.sin(2 * Math.PI * 0.7 * at))) / MODEL_RATE
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2 * at)) ** 0.5
    return 0.25 * syllable * (Math.sin(phase) + Math.sin(2 * phase) / 2 + Math.sin(5 * phase) / 4)
  })
}
