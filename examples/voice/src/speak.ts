import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readWav } from '@stageflow/streaming/audio'
import { SAMPLE_RATE } from './audio.ts'
import { inFolder, runProgram } from './program.ts'

/** Voices of flite at 16 kHz. */
export type Voice = 'rms' | 'slt'

/** Says a text with the synthesizer flite. */
export function speak(text: string, voice: Voice, signal: AbortSignal): Promise<Uint8Array> {
  return inFolder(async (folder) => {
    const file = join(folder, 'speech.wav')
    await runProgram('flite', ['-voice', voice, '-t', text, '-o', file], signal)
    const { data, format, sampleRate, channels } = readWav(await readFile(file))
    if (format !== 'pcm_16' || sampleRate !== SAMPLE_RATE || channels !== 1)
      throw new Error(`flite wrote ${format} at ${sampleRate} Hz; this example reads mono pcm_16 at ${SAMPLE_RATE} Hz.`)
    return data
  })
}
