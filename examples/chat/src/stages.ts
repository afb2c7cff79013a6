import { type StageContext, StageOutput } from '@stageflow/core'
import { LLMAccumulator, type LLMResponse } from '@stageflow/provider-types'
import { ChunkQueue } from '@stageflow/streaming'
import { type Answerer, citedNumbers, type EarlierTurn } from './answerer.ts'
import { checkAnswer, checkQuestion, LONGEST_QUESTION } from './guards.ts'
import type { History } from './history.ts'
import type { Passage } from './passages.ts'
import { readAhead } from './read-ahead.ts'
import type { PassageIndex } from './search-index.ts'

/** What the stages work with and the composition root brings. */
export interface ChatPorts {
  readonly index: PassageIndex
  readonly history: History
  readonly answerer: Answerer
  /** Values that no answer may contain. */
  readonly secrets: readonly string[]
}

/** One line of an answer's list of sources. */
export interface Source {
  readonly number: number
  readonly path: string
  readonly heading: string
  /** The passage's id. */
  readonly id: string
}

type Context<Needs = {}> = StageContext<Needs, ChatPorts>

const EARLIER_TURNS = 3
const PASSAGES = 8

/** Refuses what is not a question; what it lets through is normalised, and is what `llm` reads. */
export function inputGuard({ snapshot }: Context) {
  const verdict = checkQuestion(snapshot.inputText ?? '')
  return verdict.ok ? StageOutput.ok({ question: verdict.text }) : StageOutput.cancel(verdict.reason)
}

/** The earlier turns of the session, with the passages that their answers cited. */
export function profile({ ports, sessionId = '' }: Context) {
  const turns = ports.history.recent(sessionId, EARLIER_TURNS)
  if (turns.length === 0) return StageOutput.skip('this session has no earlier question')
  const earlier = turns.map((turn): EarlierTurn => ({
    ...turn,
    passages: turn.cited.flatMap((id) => ports.index.passage(id) ?? []),
  }))
  return StageOutput.ok({ earlier })
}

/** The passages of the documentation that speak of the question. It starts beside `input_guard`, so it reads the raw question, cut. */
export function memory({ ports, snapshot }: Context) {
  const found = ports.index.search((snapshot.inputText ?? '').slice(0, LONGEST_QUESTION), PASSAGES)
  if (found.length === 0) return StageOutput.skip(`none of ${ports.index.size} passages speaks of it`)
  return StageOutput.ok({ passages: found.map((one) => one.passage) })
}

interface LlmNeeds {
  readonly input_guard: { readonly question: string }
  readonly profile: { readonly earlier: readonly EarlierTurn[] } | undefined
  readonly memory: { readonly passages: readonly Passage[] } | undefined
}

/** Yields the answer as it is made, and the list of the sources it cites as its last chunk. What was counted is noted, however it ends. */
export async function* llm(context: Context<LlmNeeds>) {
  const { inputs, ports, signal, clock } = context
  const { answerer } = ports
  const request = {
    question: inputs.from('input_guard').question,
    passages: inputs.from('memory')?.passages ?? [],
    earlier: inputs.from('profile')?.earlier ?? [],
  }
  const answer = new LLMAccumulator({ model: answerer.name, provider: answerer.provider, now: () => clock.now() })
  const tokens = new ChunkQueue<string>({ name: 'tokens', clock, eventEmitter: context.tryEmitEvent })
  const ask = (until: AbortSignal) => answerer.answer(request, { signal: until, clock })
  let response: LLMResponse | undefined
  let numbered: readonly Passage[]
  try {
    numbered = yield* readAhead(tokens, { ask, signal, onDelta: (delta) => answer.add(delta) })
    // A server that says no finish reason has ended its answer all the same, or `ask` would have failed.
    response = answer.toResponse({ partial: false })
  } finally {
    const known = response ?? answer.toResponse({ partial: true })
    if (known.usage !== undefined) context.note('usage', known.usage)
    context.note('attributes', known.toOtelAttributes())
  }
  const sources = sourcesOf(response.content, numbered)
  if (sources.length > 0)
    yield `\n\n${sources.map(({ number, path, heading }) => `[${number}] ${path}, "${heading}"`).join('\n')}`
  return { message: response.content, llm: response.toDict(), sources, numbered: numbered.length }
}

interface OutputGuardNeeds {
  readonly llm: { readonly message: string; readonly sources: readonly Source[]; readonly numbered: number }
}

/** Lets an answer through as a whole or not at all. */
export function outputGuard({ inputs, ports }: Context<OutputGuardNeeds>) {
  const { message, sources, numbered } = inputs.from('llm')
  const verdict = checkAnswer(message, { numbered, mustCite: ports.answerer.mustCite, secrets: ports.secrets })
  return verdict.ok ? StageOutput.ok({ answer: verdict.text, sources }) : StageOutput.cancel(verdict.reason)
}

interface PersistNeeds {
  readonly input_guard: { readonly question: string }
  readonly output_guard: { readonly answer: string; readonly sources: readonly Source[] }
}

/** Stores the turn. It reads what `output_guard` let through and nothing of `llm`: a refused answer cannot reach it. */
export function persist({ inputs, ports, clock, sessionId = '' }: Context<PersistNeeds>) {
  const { answer, sources } = inputs.from('output_guard')
  const turn = { question: inputs.from('input_guard').question, answer, cited: sources.map((source) => source.id) }
  ports.history.add(sessionId, turn, clock.now())
}

function sourcesOf(text: string, numbered: readonly Passage[]): readonly Source[] {
  return citedNumbers(text).flatMap((number) => {
    const passage = numbered[number - 1]
    return passage === undefined
      ? []
      : [{ number, path: passage.path, heading: passage.trail.join(' > '), id: passage.id }]
  })
}
