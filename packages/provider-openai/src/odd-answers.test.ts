import { Pipeline } from '@stageflow/core'
import type { ModelContext, ModelOutput } from '@stageflow/models'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { openaiChat, openaiResponses } from './index.ts'

/** A client of a server that sends these events, whatever it is asked. */
function clientOf(events: readonly object[]): OpenAI {
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
  const answer = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  return new OpenAI({ apiKey: 'none', fetch: answer })
}

async function ended(ask: (context: ModelContext) => AsyncGenerator<string, ModelOutput, unknown>) {
  const graph = new Pipeline('chat')
    .withStage('llm', async function* (context) {
      return yield* ask(context)
    })
    .build()
  const { data, report } = await graph.runSettled({})
  return { text: data.llm?.text, ...report.stages.llm }
}

const chat = (events: readonly object[]) =>
  ended((context) =>
    openaiChat(context, { client: clientOf(events), model: 'gpt', messages: [{ role: 'user', content: 'Hi' }] }),
  )
const responses = (events: readonly object[]) =>
  ended((context) => openaiResponses(context, { client: clientOf(events), model: 'gpt', input: 'Hi' }))

const choice = (index: number, content: string, finish_reason: string | null = null) => ({
  id: 'x',
  choices: [{ index, delta: { content }, finish_reason }],
})

test.each([
  [{ prompt_tokens: -1, completion_tokens: 5 }, { outputTokens: 5 }],
  [{ prompt_tokens: 7, completion_tokens: null }, { inputTokens: 7 }],
  [{ prompt_tokens: 7, completion_tokens: 5.5 }, { inputTokens: 7 }],
])(
  'chat: a whole answer whose server counts %o is whole, and what it has used is estimated',
  async (usage, counted) => {
    const { status, text, notes } = await chat([choice(0, 'All.', 'stop'), { id: 'x', choices: [], usage }])
    expect([status, text]).toEqual(['ok', 'All.'])
    expect(notes.usage).toMatchObject({ ...counted, estimated: true })
  },
)

test('responses: a whole answer is whole without the details of its counts', async () => {
  const { status, text, notes } = await responses([
    { type: 'response.output_text.delta', delta: 'All.' },
    { type: 'response.completed', response: { id: 'x', output: [], usage: { input_tokens: 7, output_tokens: -1 } } },
  ])
  expect([status, text]).toEqual(['ok', 'All.'])
  expect(notes.usage).toMatchObject({ inputTokens: 7, estimated: true })
})

test('chat: of several answers at once only the first one is read', async () => {
  const events = [choice(0, 'My '), choice(1, 'Your '), choice(0, 'answer.', 'stop'), choice(1, 'answer.', 'stop')]
  expect(await chat(events)).toMatchObject({ status: 'ok', text: 'My answer.' })
})
