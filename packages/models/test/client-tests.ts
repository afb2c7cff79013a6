import { Pipeline } from '@stageflow/core'
import { fakeModelServer } from '@stageflow/testing/model-server'
import type { ServedAnswer } from '@stageflow/testing/model-server'
import { expect, test } from 'vitest'
import { CHUNKS, MODEL_FAULTS, expectedOf, seeFault } from './model-faults.ts'
import type { Ask, Client } from './model-faults.ts'

/** The tests of a provider with each of its clients: a whole answer, and each row of the table of faults. */
export function testClients(asks: Partial<Record<Client, Ask>>): void {
  for (const [client, ask] of Object.entries(asks) as [Client, Ask][]) testClient(client, ask)
}

function testClient(client: Client, ask: Ask): void {
  test(`${client}: a whole answer is yielded and returned, with the counts of the server`, async () => {
    const { texts, data, notes } = await answerTo(ask, { text: CHUNKS })
    expect(texts).toEqual(CHUNKS)
    expect(data).toMatchObject({ text: 'Your balance is 7.', model: 'main' })
    expect(notes.usage).toMatchObject({ inputTokens: 9, outputTokens: 3 })
    expect(notes.usage).not.toHaveProperty('estimated')
  })

  for (const fault of MODEL_FAULTS) {
    test.each(fault.after)(`${client}: ${fault.what} after %i chunks gives what the table says`, async (after) => {
      expect(await seeFault(ask, fault, after)).toEqual(expectedOf(fault, client, after))
    })
  }

  test.each(['content-filter', 'length'] as const)(
    `${client}: an answer that ends by %s has that code`,
    async (ending) => {
      const { status, error, data } = await answerTo(ask, { text: CHUNKS, ending })
      expect([status, error?.code, data]).toEqual(['fail', `models/${ending}`, undefined])
    },
  )

  test(`${client}: tool calls are whole`, async () => {
    const call = { id: 'call_1', name: 'pay', arguments: '{"cents":900}' }
    const { data } = await answerTo(ask, { text: ['I pay.'], toolCalls: [call] })
    expect(data?.toolCalls).toEqual([call])
  })
}

/** Runs a stage with one model, which answers as given. */
async function answerTo(ask: Ask, answer: ServedAnswer) {
  const server = await fakeModelServer([answer])
  try {
    const run = new Pipeline('chat')
      .withStage('llm', (context) => ask(context, server.url, ['main'], {}))
      .build()
      .start({ inputText: 'What is my balance?' })
    const texts: string[] = []
    const read = (async () => {
      for await (const text of run.chunks('llm')) texts.push(text)
    })().catch(() => {}) // the report has the failure
    const { report, data } = await run.settled
    await read
    return { ...report.stages.llm, texts, data: data.llm }
  } finally {
    await server.close()
  }
}
