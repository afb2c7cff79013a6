import { randomUUID } from 'node:crypto'
import { Pipeline, StageKind, StageOutput, type StageContext } from '@stageflow/core'
import { ToolExecutor } from '@stageflow/tool-executor'
import { defineTool, toolFailure, ToolRegistry, type ToolContext, type ToolResult } from '@stageflow/tools'
import { z } from 'zod'
import type { Model } from './model.ts'

export interface ChatPorts {
  readonly model: Model
  readonly orders: ReadonlyMap<number, string>
  /** Stores a question. It stands for a database. */
  readonly store: (message: { readonly id: string; readonly userId: string; readonly question: string }) => void
}

const LONGEST_QUESTION = 1_000

const findOrder = defineTool({
  name: 'find_order',
  description: 'Finds an order by its number.',
  input: z.object({ id: z.number().int() }),
  timeoutMs: 2_000,
  execute: ({ id }, { ports }: ToolContext<ChatPorts>) =>
    ports.orders.get(id) ?? toolFailure(`There is no order ${id}.`),
})
const registry = new ToolRegistry<ChatPorts>({ tools: [findOrder] })
const executor = new ToolExecutor()

/** `accept` stores the question while `lookup` asks the model for tool calls. `answer` needs both, and streams. */
export const chat = Pipeline.withPorts<ChatPorts>('chat')
  .withStage('guard', checkQuestion, StageKind.GUARD)
  .withStage('accept', accept, StageKind.WORK, { dependencies: ['guard'] })
  .withStage('lookup', lookup, StageKind.AGENT, { dependencies: ['guard'] })
  .withStage('answer', answer, { dependencies: ['guard', 'accept', 'lookup'] })

type Guarded = { guard: { question: string } }

function checkQuestion({ snapshot: { inputText = '' } }: StageContext) {
  const question = inputText.trim()
  if (question === '') return StageOutput.cancel('The question is empty.')
  if (question.length > LONGEST_QUESTION)
    return StageOutput.cancel(`The question has more than ${LONGEST_QUESTION} characters.`)
  return StageOutput.ok({ question })
}

/** WORK: with an idempotency key it runs once, and a repeat gets the same id. It comes before `answer`, so a conflict is known before the first token. */
function accept({ inputs, userId, ports }: StageContext<Guarded, ChatPorts>) {
  const messageId = randomUUID()
  ports.store({ id: messageId, userId: userId ?? '', question: inputs.from('guard').question })
  return { messageId }
}

async function lookup(context: StageContext<Guarded, ChatPorts>) {
  const calls = await context.ports.model.plan(context.inputs.from('guard').question, context.signal)
  const results = await executor.execute(calls, { registry, context })
  return { found: results.map((result) => (result.status === 'completed' ? String(result.output) : messageOf(result))) }
}

async function* answer(context: StageContext<Guarded & { lookup: { found: string[] } }, ChatPorts>) {
  const { inputs, ports, signal } = context
  let text = ''
  let tokens = 0
  for await (const token of ports.model.stream(inputs.from('guard').question, inputs.from('lookup').found, signal)) {
    text += token
    context.note('usage', { outputTokens: ++tokens })
    yield token
  }
  return { text }
}

type Unanswered = Exclude<ToolResult, { status: 'completed' }>
const messageOf = (result: Unanswered): string => (result.status === 'failed' ? result.error.message : result.message)
