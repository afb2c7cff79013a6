import { Pipeline, type StageContext, StageflowError, StageKind, StageOutput } from '@stageflow/core'
import { gate, soft, stream } from '@stageflow/core/edges'
import { type Intent, intentOf, toJsgf } from './grammar.ts'
import type { Model } from './model.ts'
import type { Player, Spoken } from './player.ts'
import { recognize } from './recognize.ts'
import { sentencesOf } from './sentences.ts'
import { speak } from './speak.ts'

/** What a turn works with. */
export interface TurnPorts {
  /** What the person said. */
  readonly utterance: Uint8Array
  readonly model: Model
  readonly moderate: (question: string, signal: AbortSignal) => Promise<string | undefined>
  readonly findProfile: (signal: AbortSignal) => Promise<{ readonly name: string }>
  readonly player: Player
  /** Earlier turns, oldest first. */
  readonly history: Turn[]
}

export interface Turn {
  readonly question: string
  /** Of the answer, what the person heard. */
  readonly heard: string
  readonly interrupted: boolean
}

type Context<Needs = {}, Streams = {}> = StageContext<Needs, TurnPorts, Streams>

const ASSISTANT = 'slt'
/** Also after an interrupt. A question that was refused, or that the check had not decided about, is not kept. */
export const REMEMBER = {
  dependencies: ['recognize', 'moderation', 'play'],
  join: 'every',
  uninterruptible: true,
} as const

/** What both pipelines begin with. The model begins before the check of the question has ended: what it answers is held until then. */
const answered = (name: string) =>
  Pipeline.withPorts<TurnPorts>(name)
    .withStage('profile', ({ ports, signal }) => ports.findProfile(signal), StageKind.ENRICH, { late: 'abort' })
    .withStage('recognize', recognizeQuestion, StageKind.TRANSFORM)
    .withStage('moderation', moderation, StageKind.GUARD, { dependencies: ['recognize'] })
    .withStage('intent', intent, StageKind.ROUTE, { dependencies: ['recognize'] })
    .withStage('answer', answer, StageKind.TRANSFORM, {
      dependencies: ['intent', gate('moderation'), soft('profile', { waitMs: 80 })],
    })

/** Each stage waits for the whole output of the one before it: value edges. */
export const wholeTurn = answered('whole')
  .withStage('speech', speakAll, StageKind.TRANSFORM, { dependencies: ['answer'], join: 'every' })
  .withStage('play', playAll, StageKind.WORK, { dependencies: ['speech'], join: 'every' })
  .withStage('remember', remember, StageKind.WORK, REMEMBER)

/** Each stage reads the one before it while that one runs: stream edges. A sentence is said and played while the model goes on. */
export const streamedTurn = answered('streamed')
  .withStage('speech', speakStream, StageKind.TRANSFORM, { dependencies: [stream('answer')] })
  // Few sentences wait to be played: what the person interrupts was not worth making.
  .withStage('play', playStream, StageKind.WORK, { dependencies: [stream('speech')], maxWaiting: 2 })
  .withStage('remember', remember, StageKind.WORK, REMEMBER)

export async function recognizeQuestion({ ports, signal }: Context) {
  const text = await recognize(ports.utterance, toJsgf(), signal)
  return text === '' ? StageOutput.cancel('No question of the grammar was heard.') : StageOutput.ok({ text })
}

interface Recognized {
  readonly recognize: { readonly text: string }
}

/** A gate of the answer: if it skips, nothing of the answer is played. */
export async function moderation({ inputs, ports, signal }: Context<Recognized>) {
  const reason = await ports.moderate(inputs.from('recognize').text, signal)
  return reason === undefined ? StageOutput.ok() : StageOutput.skip(reason)
}

function intent({ inputs }: Context<Recognized>) {
  const { text } = inputs.from('recognize')
  const found = intentOf(text)
  return found === undefined ? StageOutput.cancel(`"${text}" is not a question of the grammar.`) : StageOutput.ok(found)
}

interface AnswerNeeds {
  readonly intent: Intent
  /** Undefined if it didn't come in time. */
  readonly profile: { readonly name: string } | undefined
}

/** Yields the words of the model as they come. */
async function* answer({ inputs, ports, signal }: Context<AnswerNeeds>) {
  const words: string[] = []
  for await (const word of ports.model.answer(inputs.from('intent'), inputs.from('profile')?.name, signal)) {
    words.push(word)
    yield word
  }
  return { words }
}

async function speakAll({ inputs, signal }: Context<{ readonly answer: { readonly words: readonly string[] } }>) {
  const spoken: Spoken[] = []
  for await (const sentence of speakSentences(inputs.from('answer').words, signal)) spoken.push(sentence)
  return { spoken }
}

function speakStream({ inputs, signal }: Context<{}, { readonly answer: string }>) {
  return speakSentences(inputs.stream('answer'), signal)
}

/** Says each sentence as soon as its last word has come. */
export async function* speakSentences(
  words: AsyncIterable<string> | Iterable<string>,
  signal: AbortSignal,
): AsyncGenerator<Spoken, void> {
  for await (const text of sentencesOf(words)) yield { text, audio: await speak(text, ASSISTANT, signal) }
}

function playAll({ inputs, ports, signal }: Context<{ readonly speech: { readonly spoken: readonly Spoken[] } }>) {
  return play(inputs.from('speech').spoken, ports.player, signal)
}

export function playStream({ inputs, ports, signal }: Context<{}, { readonly speech: Spoken }>) {
  return play(inputs.stream('speech'), ports.player, signal)
}

/** Plays sentences to the end of the answer, or until the person talks over it. Returns what the person heard. */
async function play(spoken: AsyncIterable<Spoken> | Iterable<Spoken>, player: Player, signal: AbortSignal) {
  try {
    for await (const sentence of spoken) await player.play(sentence, signal)
    return { heard: player.heard, interrupted: false }
  } catch (error) {
    if (!StageflowError.is(signal.reason, 'core/interrupted')) throw error
    return { heard: player.heard, interrupted: true }
  }
}

interface RememberNeeds {
  readonly recognize: { readonly text: string }
  readonly play: { readonly heard: string; readonly interrupted: boolean }
}

/** Keeps what the person heard, which may be less than the model wrote. */
export function remember({ inputs, ports }: Context<RememberNeeds>) {
  const { heard, interrupted } = inputs.from('play')
  ports.history.push({ question: inputs.from('recognize').text, heard, interrupted })
}
