import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWav } from '@stageflow/streaming/audio'
import { SAMPLE_RATE } from './audio.ts'
import { inFolder, runProgram } from './program.ts'

/** The words in a recording, as pocketsphinx finds them. It only finds sentences of the grammar, in JSGF. */
export function recognize(audio: Uint8Array, grammar: string, signal: AbortSignal): Promise<string> {
  return inFolder(async (folder) => {
    // pocketsphinx opens its input by name, and can't open the pipe that a child process of Node has as its standard input.
    const wav = join(folder, 'utterance.wav')
    const jsgf = join(folder, 'questions.gram')
    await Promise.all([writeFile(wav, writeWav(audio, { sampleRate: SAMPLE_RATE })), writeFile(jsgf, grammar)])
    const text = await runProgram('pocketsphinx_continuous', ['-infile', wav, '-jsgf', jsgf], signal)
    return text.trim().replaceAll(/\s+/g, ' ')
  })
}
