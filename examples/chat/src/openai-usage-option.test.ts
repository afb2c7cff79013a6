import { systemClock } from '@stageflow/core'
import { expect, test } from 'vitest'
import { DONE, finish, startModelServer, stream, words } from '../test/model-server.ts'
import { streamCompletion } from './openai-client.ts'
import { modelServer } from './openai-settings.ts'

async function complete(baseUrl: string): Promise<string> {
  const server = modelServer({ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'sk-test' })
  if (server === undefined) throw new Error('no server')
  let answer = ''
  const call = { signal: new AbortController().signal, clock: systemClock }
  for await (const { text = '' } of streamCompletion(server, [{ role: 'user', content: 'hi' }], call)) answer += text
  return answer
}

test.each<[number, object]>([
  [400, { error: { message: 'Unrecognized request argument supplied: stream_options' } }],
  [422, { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'] }] }],
])('a server that refuses with %i to be asked for its counts is asked again without', async (status, refusal) => {
  await using server = await startModelServer((response, { body }) => {
    if (!('stream_options' in body)) return void stream(response, words('a'), finish('stop'), DONE).end()
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(refusal))
  })
  expect(await complete(server.baseUrl)).toBe('a')
  expect(server.asked.map(({ body }) => 'stream_options' in body)).toEqual([true, false])
})

test.each([
  [404, 'no such model'],
  [401, 'no stream_options without a key'],
  [500, 'stream_options failed'],
])('a server that refuses with %i for another reason is asked once', async (status, reason) => {
  await using server = await startModelServer((response) => void response.writeHead(status).end(reason))
  await expect(complete(server.baseUrl)).rejects.toThrow(reason)
  expect(server.asked).toHaveLength(1)
})

test('a server that refuses it whatever it is asked is asked twice, and no more', async () => {
  await using server = await startModelServer((response) => void response.writeHead(400).end('no stream_options'))
  await expect(complete(server.baseUrl)).rejects.toMatchObject({ code: 'chat/model-rejected' })
  expect(server.asked).toHaveLength(2)
})
