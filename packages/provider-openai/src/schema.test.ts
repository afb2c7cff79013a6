import { Pipeline } from '@stageflow/core'
import { fakeModelServer } from '@stageflow/testing/model-server'
import type { FakeModelServer } from '@stageflow/testing/model-server'
import OpenAI from 'openai'
import { afterEach, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { openaiChat, openaiResponses } from './index.ts'

const City = z.object({ name: z.string(), people: z.number() })

let server: FakeModelServer | undefined
afterEach(async () => {
  await server?.close()
})

const CALLS = {
  chat: (client: OpenAI) =>
    new Pipeline('cities').withStage('city', async function* (context) {
      const messages = [{ role: 'user' as const, content: 'Which city?' }]
      return yield* openaiChat(context, { client, model: 'gpt', messages, schema: City })
    }),
  responses: (client: OpenAI) =>
    new Pipeline('cities').withStage('city', async function* (context) {
      return yield* openaiResponses(context, { client, model: 'gpt', input: 'Which city?', schema: City })
    }),
}

async function ask(api: keyof typeof CALLS, ...texts: readonly string[]) {
  server = await fakeModelServer(texts.map((text) => ({ text: [text] })))
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', logLevel: 'off' })
  const { data, report } = await CALLS[api](client).build().runSettled()
  const { chunks, error, notes } = report.stages.city
  return { city: data.city, chunks, error, notes, requests: server.requests.map(({ body }) => JSON.stringify(body)) }
}

const GOOD = '{"name":"Bern","people":134794}'

for (const api of ['chat', 'responses'] as const) {
  test(`${api}: a value is checked by the schema, nothing of it is yielded, and the model gets the JSON Schema`, async () => {
    const { city, chunks, requests } = await ask(api, GOOD)
    expectTypeOf(city).toEqualTypeOf<{ name: string; people: number } | undefined>()
    expect([city, chunks, requests.length]).toEqual([{ name: 'Bern', people: 134_794 }, 0, 1])
    expect(requests[0]).toContain('"required":["name","people"]')
  })

  test(`${api}: a value that the schema refuses is sent back once with what is wrong, and both calls are noted`, async () => {
    const { city, notes, requests } = await ask(api, '{"name":"Bern","people":"many"}', GOOD)
    expect(city?.people).toBe(134_794)
    expect(requests[1]).toContain('people: ')
    expect(requests[1]).toContain('many')
    expect(notes.models?.calls.map(({ status }) => status)).toEqual(['ok', 'ok'])
    expect(notes.usage).toMatchObject({ inputTokens: 18, outputTokens: 6 })
  })

  test.each(['{"name":"Bern"', '[]', '{"name":7}'])(`${api}: %s twice is a failure`, async (text) => {
    const { city, error, requests } = await ask(api, text)
    expect([city, error?.code, requests.length]).toEqual([undefined, 'models/invalid-output', 2])
  })
}
