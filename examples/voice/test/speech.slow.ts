import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { seededRandom } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { bytesOf, durationMs } from '../src/audio.ts'
import { drawQuestion, toJsgf, type Topic } from '../src/grammar.ts'
import { type Heard, listen } from '../src/listen.ts'
import { recognize } from '../src/recognize.ts'
import { speak } from '../src/speak.ts'

const TOPICS: readonly Topic[] = ['weather', 'train', 'timer', 'messages', 'stop']
const FRAME_BYTES = 1_024
const { signal } = new AbortController()
const silence = (ms: number): Uint8Array => new Uint8Array(bytesOf(ms))
const foldersLeft = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('stageflow-voice-'))

async function* framesOf(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  const audio = Buffer.concat(parts)
  for (let at = 0; at + FRAME_BYTES <= audio.length; at += FRAME_BYTES) yield audio.subarray(at, at + FRAME_BYTES)
}

async function heardIn(...parts: readonly Uint8Array[]): Promise<readonly Heard[]> {
  const heard: Heard[] = []
  for await (const each of listen(framesOf(...parts))) heard.push(each)
  return heard
}

test('twenty drawn questions, said one after the other, are found in a recording and recognized word for word', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = seededRandom({ seed })
  const questions = Array.from({ length: 20 }, (_, index) => drawQuestion(TOPICS[index % TOPICS.length]!, random))
  const parts: Uint8Array[] = []
  for (const question of questions) parts.push(silence(1_000 + 3_000 * random()), await speak(question, 'rms', signal))
  const heard = await heardIn(...parts, silence(1_500))
  expect(heard.map(({ type }) => type)).toEqual(questions.flatMap(() => ['speech', 'utterance']))
  const recognized: string[] = []
  for (const each of heard)
    if (each.type === 'utterance') recognized.push(await recognize(each.audio, toJsgf(), signal))
  expect(recognized, `seed ${seed}`).toEqual(questions)
})

test('speech is reported while the person still speaks', async () => {
  const audio = await speak('what is the weather in london today', 'rms', signal)
  const [first] = await heardIn(silence(500), audio.subarray(0, bytesOf(1_200)))
  expect(first).toEqual({ type: 'speech' })
})

test('nothing is heard in silence', async () => {
  expect(await heardIn(silence(3_000))).toEqual([])
})

test('a text that no rule of the grammar has is not recognized as a question', async () => {
  const audio = await speak('hello', 'rms', signal)
  const grammar = '#JSGF V1.0;\ngrammar one;\npublic <one> = seventeen elephants are walking through the garden;\n'
  expect(await recognize(audio, grammar, signal)).toBe('')
})

test('a grammar that pocketsphinx cannot read is an error', async () => {
  await expect(recognize(silence(500), 'no grammar', signal)).rejects.toThrow('pocketsphinx_continuous ended with 1: ')
})

test('a longer text takes longer to say', async () => {
  const [short, long] = await Promise.all(['yes', 'yes, and tomorrow too'].map((text) => speak(text, 'slt', signal)))
  expect(durationMs(short!)).toBeGreaterThan(300)
  expect(durationMs(long!)).toBeGreaterThan(2 * durationMs(short!))
})

test('an abort ends speaking and recognizing with its reason, and leaves no file', async () => {
  const before = foldersLeft()
  const audio = await speak('what is the weather in london today', 'rms', signal)
  const stop = new AbortController()
  const running = [speak('a long text. '.repeat(5_000), 'slt', stop.signal), recognize(audio, toJsgf(), stop.signal)]
  const settled = Promise.allSettled(running)
  setTimeout(() => stop.abort('the person speaks'), 20)
  for (const each of await settled) expect(each).toEqual({ status: 'rejected', reason: 'the person speaks' })
  expect(foldersLeft()).toEqual(before)
})
