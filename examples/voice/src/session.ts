import { type PipelineReport, systemClock as clock } from '@stageflow/core'
import { ChunkQueue, feed } from '@stageflow/streaming'
import { scriptedAgentModel } from './agent-model.ts'
import { agentTurn } from './agent-turn.ts'
import { type Heard, listen } from './listen.ts'
import { openMicrophone } from './microphone.ts'
import { type Model, scriptedModel } from './model.ts'
import { openPlayer } from './player.ts'
import { findProfile, moderate } from './services.ts'
import { streamedTurn, type Turn, wholeTurn } from './turn.ts'

/** A person and the assistant, with a microphone and a speaker between them. */
export interface Session {
  /** Earlier turns, oldest first. */
  readonly history: readonly Turn[]
  /** What was said and played, one after the other. */
  readonly recording: Uint8Array
  /** The person says something, and the microphone records it. Resolves when all of it was said. */
  say(audio: Uint8Array): Promise<void>
  /** The next utterance that the microphone recorded. Waits for its end. */
  nextUtterance(): Promise<Uint8Array>
  /** Answers an utterance. `onSentence` is called as each sentence of the answer begins, from 1. */
  answer(how: Answering, utterance: Uint8Array, onSentence?: (sentence: number) => void): Promise<TurnTaken>
  close(): Promise<void>
}

export type Answering = keyof typeof graphs

/** Times are in ms since the microphone heard that the person had stopped to speak. */
export interface TurnTaken {
  /** What the recognizer found; undefined if it found no question. */
  readonly question: string | undefined
  /** Of the answer, what the person heard. */
  readonly heard: string
  readonly interrupted: boolean
  /** Why the question was not answered; undefined if it was. */
  readonly refused: string | undefined
  readonly firstAudioMs: number | undefined
  /** When the last word came from the model; if it was stopped, the last one until then. */
  readonly lastWordMs: number | undefined
  readonly report: PipelineReport
}

const TALKED_OVER = 'the person speaks'
const TURN_TIMEOUT_MS = 120_000
const graphs = { whole: wholeTurn.build(), streamed: streamedTurn.build(), agent: agentTurn.build() }

/** `speed`: how many times as fast as in real time people speak. The session ends when the signal aborts. */
export function openSession(speed: number, signal: AbortSignal): Session {
  const history: Turn[] = []
  const recorded: Uint8Array[] = []
  const microphone = openMicrophone(clock, speed)
  const utterances = new ChunkQueue<Uint8Array>()
  const closed = new AbortController()
  let talkOver = (): void => {}

  const heard = listen(microphone.record(AbortSignal.any([signal, closed.signal])))
  const listening = feed(
    utterances,
    utterancesOf(heard, () => talkOver()),
  )

  return {
    history,
    get recording() {
      return Buffer.concat(recorded)
    },
    say: (audio) => microphone.say(audio),
    async nextUtterance() {
      const { value } = await utterances.get({ signal })
      if (value === undefined) throw new Error('The microphone was closed before an utterance ended.')
      return value
    },
    async answer(how, utterance, onSentence) {
      const startedAt = clock.now()
      const player = openPlayer(clock, speed, onSentence)
      let lastWordAt: number | undefined
      const onWord = (): void => void (lastWordAt = clock.now())
      const model = withTimes(scriptedModel(), onWord)
      const agentModel = scriptedAgentModel(onWord)
      const ports = { utterance, model, agentModel, moderate, findProfile, player, history }
      const run = graphs[how].start({}, { ports, signal, timeoutMs: TURN_TIMEOUT_MS })
      talkOver = () => run.interrupt(TALKED_OVER)
      const result = await run.result
      signal.throwIfAborted()
      recorded.push(utterance, player.recording)
      const since = (time: number | undefined): number | undefined =>
        time === undefined ? undefined : time - startedAt
      const { moderation } = result.report.stages
      const ended = result.status === 'cancelled' ? result.reason : undefined
      const interrupted = ended === TALKED_OVER
      const refused = moderation?.status === 'skip' ? moderation.reason : ended
      return {
        question: result.data.recognize?.text,
        heard: player.heard,
        interrupted,
        refused: interrupted ? undefined : refused,
        firstAudioMs: since(player.firstAudioAt),
        lastWordMs: since(lastWordAt),
        report: result.report,
      }
    },
    async close() {
      closed.abort()
      await listening
    },
  }
}

/** What was said, without the beginnings of speech: they are told to `onSpeech`. */
async function* utterancesOf(heard: AsyncIterable<Heard>, onSpeech: () => void): AsyncGenerator<Uint8Array, void> {
  for await (const each of heard) {
    if (each.type === 'utterance') yield each.audio
    else onSpeech()
  }
}

/** The same model. `onWord` is called as each word comes. */
function withTimes(model: Model, onWord: () => void): Model {
  return {
    async *answer(...request) {
      for await (const word of model.answer(...request)) {
        onWord()
        yield word
      }
    },
  }
}
