import { Pipeline, type StageContext, StageKind, StageOutput } from '@stageflow/core'
import { ChunkQueue, feed } from '@stageflow/streaming'
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
  /** Aborts when the person talks over the answer. */
  readonly bargeIn: AbortSignal
  /** Earlier turns, oldest first. */
  readonly history: Turn[]
}

export interface Turn {
  readonly question: string
  /** Of the answer, what the person heard. */
  readonly heard: string
  readonly interrupted: boolean
}

type Context<Needs = {}> = StageContext<Needs, TurnPorts>

const ASSISTANT = 'slt'
/** How many sentences wait to be said, or to be played. */
const MOST_WAITING = 2

/** What both pipelines begin with. The profile is looked up while the question is recognized. */
const question = (name: string) =>
  Pipeline.withPorts<TurnPorts>(name)
    .withStage('profile', ({ ports, signal }) => ports.findProfile(signal), StageKind.ENRICH)
    .withStage('recognize', recognizeQuestion, StageKind.TRANSFORM)
    .withStage('moderation', moderation, StageKind.GUARD, { dependencies: ['recognize'] })
    .withStage('intent', intent, StageKind.ROUTE, { dependencies: ['recognize'] })

/** Each stage waits for the whole output of the one before it: value edges. */
export const wholeTurn = question('whole')
  .withStage('answer', answerAll, StageKind.TRANSFORM, { dependencies: ['intent', 'moderation', 'profile'] })
  .withStage('speech', speakAll, StageKind.TRANSFORM, { dependencies: ['answer'] })
  .withStage('play', playAll, StageKind.WORK, { dependencies: ['speech'] })
  .withStage('remember', remember, StageKind.WORK, { dependencies: ['recognize', 'play'] })

/** The same three steps in one stage, with queues between them: a sentence is said and played while the model goes on. */
export const streamedTurn = question('streamed')
  .withStage('play', answerAndPlay, StageKind.WORK, { dependencies: ['intent', 'moderation', 'profile'] })
  .withStage('remember', remember, StageKind.WORK, { dependencies: ['recognize', 'play'] })

async function recognizeQuestion({ ports, signal }: Context) {
  const text = await recognize(ports.utterance, toJsgf(), signal)
  return text === '' ? StageOutput.cancel('No question of the grammar was heard.') : StageOutput.ok({ text })
}

interface Recognized {
  readonly recognize: { readonly text: string }
}

/** Ends the run if the question must not be answered. */
async function moderation({ inputs, ports, signal }: Context<Recognized>) {
  const reason = await ports.moderate(inputs.from('recognize').text, signal)
  return reason === undefined ? StageOutput.ok() : StageOutput.cancel(reason)
}

function intent({ inputs }: Context<Recognized>) {
  const { text } = inputs.from('recognize')
  const found = intentOf(text)
  return found === undefined ? StageOutput.cancel(`"${text}" is not a question of the grammar.`) : StageOutput.ok(found)
}

interface AnswerNeeds {
  readonly intent: Intent
  readonly profile: { readonly name: string }
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** The words of the answer, from the model. */
function words({ inputs, ports }: Context<AnswerNeeds>, signal: AbortSignal): AsyncIterable<string> {
  return ports.model.answer(inputs.from('intent'), inputs.from('profile').name, signal)
}

/** Says each sentence as soon as it is there. */
async function* speech(
  texts: AsyncIterable<string> | Iterable<string>,
  signal: AbortSignal,
): AsyncGenerator<Spoken, void> {
  for await (const text of texts) yield { text, audio: await speak(text, ASSISTANT, signal) }
}

/** Plays sentences to the end of the answer, or until the person talks over it. Returns what the person heard. */
async function play(
  spoken: AsyncIterable<Spoken> | Iterable<Spoken>,
  { player, bargeIn }: TurnPorts,
  signal: AbortSignal,
) {
  try {
    for await (const sentence of spoken) await player.play(sentence, signal)
  } catch (error) {
    if (!bargeIn.aborted) throw error
  }
  return { heard: player.heard, interrupted: bargeIn.aborted }
}

async function answerAll(context: Context<AnswerNeeds>) {
  return { sentences: await all(sentencesOf(words(context, context.signal))) }
}

async function speakAll({ inputs, signal }: Context<{ readonly answer: { readonly sentences: readonly string[] } }>) {
  return { spoken: await all(speech(inputs.from('answer').sentences, signal)) }
}

function playAll({ inputs, ports, signal }: Context<{ readonly speech: { readonly spoken: readonly Spoken[] } }>) {
  return play(inputs.from('speech').spoken, ports, AbortSignal.any([signal, ports.bargeIn]))
}

function answerAndPlay(context: Context<AnswerNeeds>) {
  const { ports } = context
  const signal = AbortSignal.any([context.signal, ports.bargeIn])
  const sentences = new ChunkQueue<string>({ maxSize: MOST_WAITING })
  const spoken = new ChunkQueue<Spoken>({ maxSize: MOST_WAITING })
  void feed(sentences, sentencesOf(words(context, signal)))
  void feed(spoken, speech(sentences, signal))
  return play(spoken, ports, signal)
}

interface RememberNeeds {
  readonly recognize: { readonly text: string }
  readonly play: { readonly heard: string; readonly interrupted: boolean }
}

/** Keeps what the person heard, which may be less than the model wrote. */
function remember({ inputs, ports }: Context<RememberNeeds>) {
  const { heard, interrupted } = inputs.from('play')
  ports.history.push({ question: inputs.from('recognize').text, heard, interrupted })
}
