import type { Clock, StageContext } from '@stageflow/core'
import { callModel } from '@stageflow/models'
import type { Model, ModelOutput } from '@stageflow/models'
import type { JsonObject, LLMDelta } from '@stageflow/provider-types'
import { ToolRegistry, defineTool } from '@stageflow/tools'
import { callsFor } from '@stageflow/tools/messages'
import fc from 'fast-check'
import { z } from 'zod'
import { agent } from '../src/index.ts'
import type { AgentShape, CallApproval } from '../src/index.ts'

// Agents whose models call at random: right and wrong tools, with right and wrong arguments, with ids that are missing or the same.

export interface RandomCall {
  readonly id: 'own' | 'same' | 'missing' | '' | 'long' | 'constructor' | '__proto__' | 'a/b' | '#1'
  readonly name: 'add' | 'slow' | 'ask' | 'break' | 'unknown' | ''
  readonly input: 'right' | 'wrong type' | 'not JSON'
  /** Below 3, so that calls repeat. */
  readonly n: number
}

export interface RandomTurn {
  readonly texts: number
  readonly calls: readonly RandomCall[]
  readonly end: 'tool_calls' | 'stop' | 'length' | 'none' | '503' | 'hang'
  readonly isCounted: boolean
  /** The client gives the answer as messages too, as that of the AI SDK does. */
  readonly hasMessages: boolean
}

export interface RandomAgent {
  readonly shape: AgentShape
  readonly turns: readonly RandomTurn[]
  readonly maxTurns: number
  readonly maxTokens: number | undefined
  readonly onLimit: 'answer' | 'fail'
  readonly hasApprovals: boolean
  /** Calls are decided one by one, so the question is asked several times. */
  readonly isOneByOne: boolean
  /** The check of this turn fails. */
  readonly guardFails: number | undefined
  /** The checks are made beside the model. */
  readonly hasOverlap: boolean
  readonly cancelAtMs: number | undefined
}

const call: fc.Arbitrary<RandomCall> = fc.record({
  id: fc.oneof(
    { weight: 8, arbitrary: fc.constant('own' as const) },
    fc.constantFrom<RandomCall['id'][]>('same', 'missing', '', 'long', 'constructor', '__proto__', 'a/b', '#1'),
  ),
  name: fc.constantFrom<RandomCall['name'][]>('add', 'slow', 'ask', 'ask', 'break', 'unknown', ''),
  input: fc.oneof(
    { weight: 8, arbitrary: fc.constant('right' as const) },
    fc.constantFrom<RandomCall['input'][]>('wrong type', 'not JSON'),
  ),
  n: fc.nat(2),
})
const turn: fc.Arbitrary<RandomTurn> = fc.record({
  texts: fc.nat(2),
  calls: fc.array(call, { minLength: 0, maxLength: 3 }),
  end: fc.oneof(
    { weight: 14, arbitrary: fc.constantFrom('tool_calls' as const, 'stop' as const) },
    fc.constantFrom<RandomTurn['end'][]>('length', 'none', '503', 'hang'),
  ),
  isCounted: fc.boolean(),
  hasMessages: fc.boolean(),
})

const often = <T>(value: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other })

export const randomAgent: fc.Arbitrary<RandomAgent> = fc
  .record({
    shape: fc.constantFrom<AgentShape[]>('ai-sdk', 'openai-chat', 'openai-responses'),
    turns: fc.oneof(
      { weight: 3, arbitrary: fc.array(turn, { minLength: 1, maxLength: 5 }) },
      // The same calls again and again.
      { weight: 1, arbitrary: turn.map((one) => Array.from({ length: 5 }, () => one)) },
    ),
    maxTurns: fc.integer({ min: 1, max: 6 }),
    maxTokens: often<number | undefined>(undefined, fc.integer({ min: 1, max: 60 })),
    onLimit: fc.constantFrom('answer' as const, 'fail' as const),
    hasApprovals: fc.boolean(),
    isOneByOne: fc.boolean(),
    guardFails: often<number | undefined>(undefined, fc.integer({ min: 1, max: 6 })),
    hasOverlap: fc.boolean(),
    cancelAtMs: often<number | undefined>(undefined, fc.nat(60)),
  })
  .map((given) => ({
    ...given,
    // A run can't wait for a person behind a gate.
    hasOverlap: given.hasOverlap && given.guardFails !== undefined && !given.hasApprovals,
    // Estimates aren't predicted, so with a limit of tokens all turns are counted.
    turns: given.turns.map((one) => ({ ...one, isCounted: one.isCounted || given.maxTokens !== undefined })),
  }))

/** Behind its script, a model answers. */
const ANSWER: RandomTurn = { texts: 1, calls: [], end: 'stop', isCounted: true, hasMessages: false }
export const turnAt = ({ turns }: RandomAgent, number: number): RandomTurn => turns[number - 1] ?? ANSWER
export const textsOf = ({ texts }: RandomTurn, number: number): string[] =>
  Array.from({ length: texts }, (_, place) => `${number}.${place} `)
/** What a counted turn uses. */
export const usageOf = (number: number): { inputTokens: number; outputTokens: number } => ({
  inputTokens: 10 * number,
  outputTokens: 3,
})

export const inputOf = ({ input, n }: RandomCall): string => {
  if (input === 'not JSON') return '{"n":'
  return JSON.stringify({ n: input === 'right' ? n : `${n}` })
}

export function idOf({ id }: RandomCall, number: number, place: number): string | undefined {
  if (id === 'missing') return undefined
  if (id === 'long') return 'x'.repeat(1_000)
  if (id === 'own') return `c${number}.${place}`
  return id
}

/** The decision of a person: by the number that the call has. */
export const approvalOf = (n: number): CallApproval =>
  [true, { approved: false, reason: 'No.' }, { approved: true, arguments: { n: 7 } }][n] ?? false

/** What a random agent does. */
export interface Doings {
  /** The messages of each request, and whether the model may call tools. */
  readonly requests: { readonly turn: number; readonly messages: readonly object[]; readonly choice: unknown }[]
  /** The calls whose handler has begun: the name of the tool and the number. */
  readonly made: string[]
  /** How many requests and handlers go on. */
  open: number
}

const SLOW_MS = 10

export function buildRandom(given: RandomAgent, clock: Clock) {
  const doings: Doings = { requests: [], made: [], open: 0 }
  const model: Model<number> = {
    id: 'random',
    provider: 'test',
    async *stream(number, signal) {
      doings.open++
      try {
        yield* deltasOf(given, number, clock, signal)
      } finally {
        doings.open--
      }
    },
  }
  const ask = (context: StageContext, request: object): AsyncGenerator<string, ModelOutput, unknown> => {
    const { turn: number = 0 } = context.snapshot.extensions.agentTurn ?? {}
    const { messages, input, toolChoice, tool_choice } = request as Record<string, never>
    doings.requests.push({ turn: number, messages: messages ?? input ?? [], choice: toolChoice ?? tool_choice })
    return callModel(context, number, { models: [model] })
  }
  const { maxTurns, maxTokens, onLimit, hasApprovals, guardFails, hasOverlap } = given
  const pipeline = agent({
    shape: given.shape as 'ai-sdk',
    model: ask,
    tools: toolsOf(doings),
    maxTurns,
    onLimit,
    ...(maxTokens !== undefined && { budget: { maxTokens } }),
    ...(hasApprovals && { approve: { when: ({ name }) => name === 'ask' } }),
    ...(guardFails !== undefined && {
      guard: {
        overlap: hasOverlap,
        check: async ({ snapshot, signal }) => {
          if (hasOverlap) await clock.sleep(2, signal)
          if (snapshot.extensions.agentTurn?.turn === guardFails) throw new Error('The check failed.')
          return {}
        },
      },
    }),
  })
  return { graph: pipeline.build({ clock }), doings }
}

const isGiven = (id: string | undefined): id is string => id !== undefined && id !== ''

async function* deltasOf(
  given: RandomAgent,
  number: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<LLMDelta> {
  const turn = turnAt(given, number)
  const { calls, end, isCounted, hasMessages } = turn
  const texts = textsOf(turn, number)
  for (const text of texts) {
    await clock.sleep(1, signal)
    yield { text }
  }
  if (end === '503') throw Object.assign(new Error('HTTP 503'), { status: 503 })
  if (end === 'hang') await clock.sleep(1_000_000, signal)
  const toolCalls = calls.map((call, index) => {
    const { name } = call
    return { index, id: idOf(call, number, index), name, arguments: inputOf(call) }
  })
  if (toolCalls.length > 0) yield { toolCalls }
  if (hasMessages) {
    // A client that makes up ids of its own.
    const sent = toolCalls.map(({ index, id, ...call }) => ({ id: isGiven(id) ? id : `client-${index}`, ...call }))
    const answer = { role: 'assistant' as const, content: texts.join(''), toolCalls: sent }
    yield { messages: callsFor(given.shape, answer) as readonly JsonObject[] }
  }
  yield {
    ...(isCounted && { usage: usageOf(number) }),
    ...(end !== 'none' && { finishReason: end }),
  }
}

function toolsOf(doings: Doings): ToolRegistry {
  const tool = (name: string, execute: (n: number, sleep: (ms: number) => Promise<void>) => unknown) =>
    defineTool({
      name,
      description: 'x',
      input: z.object({ n: z.number() }),
      execute: async ({ n }, { clock, signal }) => {
        doings.made.push(`${name} ${n}`)
        doings.open++
        try {
          return await execute(n, (ms) => clock.sleep(ms, signal))
        } finally {
          doings.open--
        }
      },
    })
  return new ToolRegistry({
    tools: [
      tool('add', (n) => ({ sum: n + 1 })),
      tool('slow', async (n, sleep) => {
        await sleep(SLOW_MS)
        return n
      }),
      tool('ask', (n) => `asked ${n}`),
      tool('break', () => {
        throw new Error('It broke.')
      }),
    ],
  })
}
