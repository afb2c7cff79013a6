import { type ContextSnapshot, Pipeline, type StageContext, StageKind, StageOutput } from '@stageflow/core'
import { gate } from '@stageflow/core/edges'
import { reasonToWithhold } from './guards.ts'
import type { History, Turn } from './history.ts'
import type { Found, FoundPage, Library } from './search/library.ts'

/** The services that the stages use. */
export interface ChatPorts {
  /** Why a question must not be answered; undefined if it may. */
  readonly reasonToRefuse: (question: string) => Promise<string | undefined>
  readonly openLibrary: () => Promise<Library>
  readonly history: History
  readonly answerer: Answerer
  /** Values that no answer may contain. */
  readonly secrets: readonly string[]
}

/** A model, or the quotes that replace it if none is configured. */
export interface Answerer {
  readonly name: string
  /** Yields the answer in pieces, and returns all of it. It cites `pages[0]` as [1]. */
  answer(context: StageContext, request: AnswerRequest): AsyncGenerator<string, { readonly text: string }, unknown>
}

export interface AnswerRequest {
  readonly question: string
  /** Best first. */
  readonly pages: readonly FoundPage[]
  /** Oldest first. */
  readonly earlier: readonly Turn[]
}

type Context<Needs = {}> = StageContext<Needs, ChatPorts>

const EARLIER_TURNS = 3
/** A server that sends a word every few seconds is never silent. This limits it. */
const LONGEST_ANSWER_MS = 240_000
const LONGEST_SILENCE_MS = 30_000

/**
 * Three stages start together. The answer doesn't wait for `input_guard`: it is held until the guard has ended ok, so a refused question
 * shows and stores nothing. Each later stage needs the one before it.
 */
export const chat = Pipeline.withPorts<ChatPorts>('chat')
  .withStage('input_guard', inputGuard, StageKind.GUARD)
  .withStage('profile', profile, StageKind.ENRICH)
  .withStage('library', library, StageKind.ENRICH)
  .withStage('memory', memory, StageKind.ENRICH, { dependencies: ['profile', 'library'] })
  .withStage('llm', llm, StageKind.TRANSFORM, {
    dependencies: ['profile', 'memory', gate('input_guard')],
    timeoutMs: LONGEST_ANSWER_MS,
    idleTimeoutMs: LONGEST_SILENCE_MS,
  })
  .withStage('output_guard', outputGuard, StageKind.GUARD, { dependencies: ['memory', 'llm'], join: 'every' })
  // After output_guard: an answer that the guard refuses is never stored.
  .withStage('persist', persist, StageKind.WORK, { dependencies: ['output_guard'], join: 'every' })

const questionIn = ({ inputText = '' }: ContextSnapshot): string => inputText.trim()

/** Ends the run if the question breaks a rule. */
async function inputGuard({ snapshot, ports }: Context) {
  const reason = await ports.reasonToRefuse(snapshot.inputText ?? '')
  return reason === undefined ? StageOutput.ok() : StageOutput.cancel(reason)
}

/** Reads the earlier turns of the session. */
async function profile({ ports, sessionId = '' }: Context) {
  const earlier = await ports.history.recent(sessionId, EARLIER_TURNS)
  return earlier.length === 0 ? StageOutput.skip('the session is new') : StageOutput.ok({ earlier })
}

/** Reads and indexes the documentation, once per process. */
async function library({ ports }: Context) {
  return { library: await ports.openLibrary() }
}

interface MemoryNeeds {
  readonly profile: { readonly earlier: readonly Turn[] } | undefined
  readonly library: { readonly library: Library }
}

/** Finds the pages that answer the question, and the passages in them. */
function memory({ inputs, snapshot }: Context<MemoryNeeds>) {
  const earlier = inputs.from('profile')?.earlier.map((turn) => turn.question) ?? []
  return inputs.from('library').library.find(questionIn(snapshot), earlier)
}

interface LlmNeeds {
  readonly profile: { readonly earlier: readonly Turn[] } | undefined
  readonly memory: Found
}

/** Yields the answer as it is made, then the pages to read. If no page surely answers, it ends the run: no model is asked to guess. */
async function* llm(context: Context<LlmNeeds>) {
  const { inputs, ports, snapshot } = context
  const { pages, isAnswer } = inputs.from('memory')
  if (!isAnswer) return StageOutput.cancel(reasonNotToAsk(pages))
  const earlier = inputs.from('profile')?.earlier ?? []
  const { text } = yield* ports.answerer.answer(context, { question: questionIn(snapshot), pages, earlier })
  yield `\n\n${listOf(pages)}`
  return { message: text }
}

function reasonNotToAsk(pages: readonly FoundPage[]): string {
  if (pages.length === 0) return 'The documentation has no answer to that. Ask about Stageflow.'
  return `No page surely answers that. The closest pages:\n\n${listOf(pages)}`
}

/** Each page with its best section and its first sentence, numbered as answers cite it. */
const listOf = (pages: readonly FoundPage[]): string => pages.map(lineOf).join('\n')

function lineOf({ path, title, summary, sections: [best] }: FoundPage, index: number): string {
  return `[${index + 1}] ${path}, "${best?.trail.join(' > ') ?? title}"\n    ${summary}`
}

interface OutputGuardNeeds {
  readonly memory: Found
  readonly llm: { readonly message: string }
}

/** Checks the whole answer. */
function outputGuard({ inputs, ports }: Context<OutputGuardNeeds>) {
  const { message } = inputs.from('llm')
  const reason = reasonToWithhold(message, inputs.from('memory').pages.length, ports.secrets)
  return reason === undefined ? StageOutput.ok({ answer: message }) : StageOutput.cancel(reason)
}

interface PersistNeeds {
  readonly output_guard: { readonly answer: string }
}

/** Stores the question with the answer that passed the guard. */
async function persist({ inputs, ports, snapshot, sessionId = '' }: Context<PersistNeeds>) {
  await ports.history.add(sessionId, { question: questionIn(snapshot), answer: inputs.from('output_guard').answer })
}
