import { timeline } from '@stageflow/report'
import { seededRandom } from '@stageflow/testing'
import { drawQuestion, type Topic } from './grammar.ts'
import { speak } from './speak.ts'
import { type Answering, openSession, type Session, type TurnTaken } from './session.ts'

interface Settings {
  readonly seed: number
  readonly speed: number
  /** Whether an agent answers, which calls tools. */
  readonly agent: boolean
  /** Prints a line. */
  readonly show: (line: string) => void
  /** How wide and how colorful a timeline is. */
  readonly width: number
  readonly color: boolean
  /** Ends the conversation. */
  readonly signal: AbortSignal
}

export interface Conversation {
  /** Each with what the person really said. */
  readonly turns: readonly (TurnTaken & { readonly said: string })[]
  readonly history: Session['history']
  readonly recording: Uint8Array
}

const PERSON = 'rms'
const TOPICS: readonly Topic[] = ['weather', 'train', 'timer']
/** The person talks over an answer when this sentence of it begins. */
const TALKED_OVER = 2

/** How a question is answered: the last one is also how all others are. */
const WAYS: Readonly<Record<'agent' | 'model', readonly Answering[]>> = {
  agent: ['agent'],
  model: ['whole', 'streamed'],
}

/** A person asks a question that is answered in one or two ways, talks over an answer, and asks what must not be answered. */
export async function converse({ seed, speed, agent, show, width, color, signal }: Settings): Promise<Conversation> {
  const random = seededRandom({ seed })
  const session = openSession(speed, signal)
  const turns: Conversation['turns'][number][] = []
  const ways = WAYS[agent ? 'agent' : 'model']
  const way = ways.at(-1)!

  async function hear(text: string): Promise<Uint8Array> {
    show(`\n  person      ${text}`)
    await session.say(await speak(text, PERSON, signal))
    return session.nextUtterance()
  }

  async function answer(said: string, how: Answering, utterance: Uint8Array, onSentence?: (sentence: number) => void) {
    const turn = await session.answer(how, utterance, onSentence)
    turns.push({ ...turn, said })
    show(
      `  recognized  ${turn.question === said ? 'the same, word for word' : `something else: ${turn.question ?? 'nothing'}`}`,
    )
    if (turn.refused !== undefined) show(`  assistant   answers nothing: ${turn.refused}`)
    else show(`  assistant   ${turn.heard}${turn.interrupted ? ' … (stops here)' : ''}`)
    return turn
  }

  try {
    const topic = TOPICS[Math.floor(random() * TOPICS.length)]!
    const first = drawQuestion(topic, random)
    show(`Seed ${seed}: a question, answered ${agent ? 'by an agent' : 'in two ways'}.`)
    const utterance = await hear(first)
    const answered: TurnTaken[] = []
    for (const how of ways) answered.push(await answer(first, how, utterance))
    for (const turn of answered) show(`\n${timeline(turn.report, { width, color })}`)
    show(`\nFirst audio after the end of the question:`)
    for (const turn of answered) show(`  ${firstAudio(turn)}`)

    show('\nA person who talks over the answer:')
    const second = drawQuestion('weather', random)
    const stop = drawQuestion('stop', random)
    const stopAudio = await speak(stop, PERSON, signal)
    await answer(second, way, await hear(second), (sentence) => {
      if (sentence === TALKED_OVER) void session.say(stopAudio)
    })
    show(`\n  person      ${stop}`)
    await answer(stop, way, await session.nextUtterance())

    show('\nA question that must not be answered:')
    const refused = drawQuestion('messages', random)
    await answer(refused, way, await hear(refused))
  } finally {
    await session.close()
  }
  show('\nWhat the assistant remembers:')
  for (const { question, heard, interrupted } of session.history)
    show(`  ${question}\n    ${heard}${interrupted ? ' … (interrupted)' : ''}`)
  return { turns, history: session.history, recording: session.recording }
}

function firstAudio({ report, firstAudioMs, lastWordMs }: TurnTaken): string {
  const ms = (time: number | undefined): string =>
    time === undefined ? 'never' : `${Math.round(time).toLocaleString('en')} ms`
  return `${report.pipeline.padEnd(10)}${ms(firstAudioMs)}; the last word of the model came after ${ms(lastWordMs)}`
}
