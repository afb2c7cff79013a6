import { expect, test, vi } from 'vitest'
import { openHistory } from '../src/history.ts'
import { runChat, startChat } from './chat-process.ts'
import { makeFolder } from './documents-folder.ts'
import { type Answer, DONE, type ModelServer, startModelServer, stream, words } from './model-server.ts'

const KEY = 'sk-test-0123456789abcdefghij'
// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const environment = (folder: { readonly env: Readonly<Record<string, string>> }, server: ModelServer) => ({
  ...folder.env,
  OPENAI_BASE_URL: server.baseUrl,
  OPENAI_API_KEY: KEY,
  OPENAI_MODEL: 'tiny',
})

/** One question to a server that answers like this; `kept`: whether the session remembers it afterwards. */
async function ask(answer: Answer) {
  using folder = makeFolder()
  await using server = await startModelServer(answer)
  const end = await runChat(['--docs', folder.docs, 'What is a stage?'], environment(folder, server))
  expect(end.stdout + end.stderr).not.toContain(KEY)
  const history = openHistory(folder.env['STAGEFLOW_CHAT_DATA'] ?? '')
  const kept = history.recent('default', 1).length > 0
  history.close()
  return { ...end, kept, asked: server.asked }
}

test('a model is given the passages and the question, and its answer is shown with the sources it cites', async () => {
  const { code, stdout, stderr, asked, kept } = await ask(
    (response) => void stream(response, words('A unit '), words('of work [1].'), DONE).end(),
  )
  expect({ code, stderr, kept }).toEqual({ code: 0, stderr: '', kept: true })
  expect(stdout).toMatch(/^A unit of work \[1\]\.\n\n\[1\] concepts\/stage\.md, "Stage"\n/)
  expect(stdout).not.toContain('[2]')
  const [request] = asked
  expect(request?.body.messages.map((message) => message.role)).toEqual(['system', 'user'])
  expect(request?.body.messages[1]?.content).toMatch(
    /\[1\] concepts\/stage\.md, Stage\nA stage is the unit of work[\s\S]*\n\nQuestion: What is a stage\?$/,
  )
})

test('a model is given the earlier turns of the session', async () => {
  using folder = makeFolder()
  await using server = await startModelServer((response) => void stream(response, words('It is work [1].'), DONE).end())
  await runChat(['--docs', folder.docs, 'What is a stage?'], environment(folder, server))
  await runChat(['--docs', folder.docs, 'and why?'], environment(folder, server))
  expect(server.asked[1]?.body.messages.slice(1, 3)).toEqual([
    { role: 'user', content: 'What is a stage?' },
    { role: 'assistant', content: 'It is work [1].' },
  ])
})

test.each<[string, string, Answer]>([
  [
    'a wrong key',
    'chat/model-unauthorized',
    (response) => void response.writeHead(401).end(`{"error":{"message":"bad key ${KEY}"}}`),
  ],
  ['too many requests', 'chat/model-rate-limited', (response) => void response.writeHead(429).end()],
  ['a server that fell over', 'chat/model-unavailable', (response) => void response.writeHead(502).end()],
  [
    'a stream that was cut',
    'chat/model-stream-cut',
    (response) => void stream(response, words('A unit')).write(':\n\n', () => response.destroy()),
  ],
])('%s is a failure with its code and exit code 1, and nothing is stored', async (_, failed, answer) => {
  const { code, stdout, stderr, kept } = await ask(answer)
  expect({ code, kept }).toEqual({ code: 1, kept: false })
  expect(stderr).toMatch(/^Failed: /)
  expect(stderr).toContain(`[${failed}]`)
  expect(stdout).toMatch(/llm.*fail/)
})

test.each([
  ['no answer at all', '', 'The answer is empty'],
  ['something like a secret', 'The key is AKIAABCDEFGHIJKLMNOP', 'looks like a secret'],
  ['control characters', 'a\x1b[2J', 'control characters'],
  ['a source that there is not', 'See [42].', 'cites [42]'],
])('an answer with %s is refused by output_guard, and not stored', async (_, text, reason) => {
  const { code, stdout, stderr, kept } = await ask((response) => void stream(response, words(text), DONE).end())
  expect({ code, kept }).toEqual({ code: 3, kept: false })
  expect(stderr).toContain(reason)
  expect(stdout).not.toContain('\x1b')
})

test('an answer that repeats the key of its server is refused and not stored, whatever the key looks like', async () => {
  using folder = makeFolder()
  await using server = await startModelServer(
    (response) => void stream(response, words('It is plain-'), words('key [1].'), DONE).end(),
  )
  const env = { ...environment(folder, server), OPENAI_API_KEY: 'plain-key' }
  const { code, stderr } = await runChat(['--docs', folder.docs, 'What is a stage?'], env)
  expect(code).toBe(3)
  expect(stderr).toContain('looks like a secret')
  expect(stderr).not.toContain('plain-key')
  const history = openHistory(folder.env['STAGEFLOW_CHAT_DATA'] ?? '')
  expect(history.recent('default', 1)).toEqual([])
  history.close()
})

test('Ctrl-C stops the answer, closes the connection, and says what had completed', async () => {
  using folder = makeFolder()
  await using server = await startModelServer((response) => void stream(response, words('A unit ')))
  const { child, ended, saw } = startChat(['--docs', folder.docs, 'What is a stage?'], environment(folder, server))
  await saw('A unit ')
  child.kill('SIGINT')
  const { code, stdout, stderr } = await ended
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'Stopped. Completed: input_guard, memory.\n' })
  expect(stdout).toMatch(/llm.*cancel/)
  await server.asked[0]?.disconnected
})

test('a reader that closes the pipe ends it without a complaint', async () => {
  using folder = makeFolder()
  await using server = await startModelServer((response) => {
    const more = (): void =>
      void (response.destroyed || stream(response).write(words('word '), () => setImmediate(more)))
    more()
  })
  const { child, ended, saw } = startChat(['--docs', folder.docs, 'What is a stage?'], environment(folder, server))
  await saw('word ')
  child.stdout.destroy()
  const { code, stderr } = await ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  await server.asked[0]?.disconnected
})
