import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { manualClock } from '@stageflow/testing'
import type { ServerResponse } from 'node:http'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { openApp } from '../src/app.ts'
import type { Answerer } from '../src/answerer.ts'
import { openHistory } from '../src/history.ts'
import { openAiAnswerer } from '../src/openai-answerer.ts'
import { modelServer } from '../src/openai-settings.ts'
import { passagesOf } from '../src/passages.ts'
import { indexPassages } from '../src/search-index.ts'
import { deferred } from './async-values.ts'
import { runChat } from './chat-process.ts'
import { type Folder, makeFolder } from './documents-folder.ts'
import { type Answer, DONE, type ModelServer, startModelServer, stream, words } from './model-server.ts'

// Some tests start processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const environment = (folder: Folder, server: ModelServer) => ({
  ...folder.env,
  OPENAI_BASE_URL: server.baseUrl,
  OPENAI_API_KEY: 'sk-test',
})

/** The chat as a process, asked so many questions one after the other; what the model's stage did, as the log has it. */
async function ask(times: number, answer: Answer) {
  using folder = makeFolder()
  await using server = await startModelServer(answer)
  const questions = Array<string>(times).fill('What is a stage?').join('\n')
  const end = await runChat(['--docs', folder.docs], environment(folder, server), questions)
  const llm = readFileSync(join(folder.env['STAGEFLOW_CHAT_DATA'] ?? '', 'chat.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { stage?: string; status: string; attempts: number; error?: { code: string } })
    .filter(({ stage }) => stage === 'llm')
    .map(({ status, attempts, error }) => [status, attempts, error?.code])
  return { ...end, llm, asked: server.asked.length }
}

const ANSWER = [words('A unit of work [1].'), DONE]

test('a server that is down for a moment is asked again, and the user does not notice', async () => {
  let asked = 0
  const end = await ask(1, (response) =>
    asked++ === 0 ? void response.writeHead(503).end() : void stream(response, ...ANSWER).end(),
  )
  expect(end).toMatchObject({ code: 0, asked: 2, llm: [['ok', 2, undefined]] })
  expect(end.stdout).toMatch(/^A unit of work \[1\]\.\n/)
})

test('after five failures in a row the server is left alone, and the user reads why', async () => {
  const end = await ask(4, (response) => void response.writeHead(502).end())
  expect(end.asked).toBe(5)
  expect(end.llm).toEqual([
    ['fail', 3, 'retry/exhausted'],
    ['fail', 2, 'circuit-breaker/open'],
    ['fail', 0, 'circuit-breaker/open'],
    ['fail', 0, 'circuit-breaker/open'],
  ])
  expect(end.stderr).toContain('answered 502. Ask again later. [chat/model-unavailable]\n')
  expect(end.stderr.match(/may close in \d+ ms.*\[circuit-breaker\/open\]\n/g)).toHaveLength(3)
})

test('a wrong key is neither asked with again nor an outage: every question gets its own answer', async () => {
  const end = await ask(7, (response) => void response.writeHead(401).end())
  expect(end.asked).toBe(7)
  expect(end.llm).toEqual(Array(7).fill(['fail', 1, 'chat/model-unauthorized']))
})

test('an answer that has begun is not asked for again', async () => {
  const end = await ask(1, (response) => void stream(response, words('A ')).write(':\n\n', () => response.destroy()))
  expect(end).toMatchObject({ code: 1, asked: 1, llm: [['fail', 1, 'chat/model-stream-cut']] })
})

/** The chat in this process, on a clock that the test moves. */
function openHere(folder: Folder, answerer: Answerer) {
  const clock = manualClock()
  const history = openHistory(folder.env['STAGEFLOW_CHAT_DATA'] ?? '')
  const index = indexPassages(passagesOf([{ path: 'a.md', text: '# Stage\n\nA stage is the unit of work.\n' }]))
  const { app, graph } = openApp({
    ports: { index, history, answerer, secrets: [] },
    logger: pino({ level: 'silent' }),
    clock,
  })
  return { app, graph, clock, history }
}

test('a server that drips is not silent, and is stopped when the answer takes too long', async () => {
  using folder = makeFolder()
  const { promise: dripping, resolve } = deferred<ServerResponse>()
  await using server = await startModelServer(resolve)
  const settings = modelServer(environment(folder, server))
  if (settings === undefined) throw new Error('no server')
  const { graph, clock, history, app } = openHere(folder, openAiAnswerer(settings))
  const run = graph.start({ inputText: 'What is a stage?' })
  const chunks = chunksOf(run)
  const response = await dripping
  for (let time = 0; time < 240_000; time += 20_000) {
    stream(response, words('word '))
    await chunks.next()
    await clock.advance(20_000)
  }
  const { status, report } = await run.settled
  expect(status).toBe('failed')
  expect(report.stages['llm']).toMatchObject({ status: 'fail', error: { code: 'timeout/exceeded' } })
  expect(report.stages['llm']?.attempts).toHaveLength(1)
  expect(report.stages['persist']?.status).toBe('cancel')
  await server.asked[0]?.disconnected
  expect(clock.timers).toEqual([])
  history.close()
  await app.close()
})

async function* chunksOf(events: AsyncIterable<{ readonly type: string }>): AsyncGenerator<void, void, undefined> {
  for await (const { type } of events) if (type === 'stage.llm.chunk') yield
}

test('a question that is run again under its key is stored once', async () => {
  using folder = makeFolder()
  const answerer: Answerer = {
    name: 'parrot',
    provider: 'test',
    mustCite: false,
    async *answer() {
      yield { text: 'A unit of work.' }
      return []
    },
  }
  const { graph, history, app } = openHere(folder, answerer)
  const input = { inputText: 'What is a stage?', sessionId: 'mine', extensions: { idempotencyKey: 'question-1' } }
  expect((await graph.run(input)).report.stages['persist']?.notes.idempotency?.result).toBe('executed')
  expect((await graph.run(input)).report.stages['persist']?.notes.idempotency?.result).toBe('hit')
  expect(history.recent('mine', 5)).toHaveLength(1)
  await graph.run({ ...input, extensions: { idempotencyKey: 'question-2' } })
  expect(history.recent('mine', 5)).toHaveLength(2)
  history.close()
  await app.close()
})
