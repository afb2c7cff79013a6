import { existsSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { makeFolder, runChat, startChat } from './chat-process.ts'
import { DONE, finish, startModelServer, stream, words } from './model-server.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

test('with a model, the answer of the model is printed, and the key never', async () => {
  await using server = await startModelServer((response, request) => {
    if (request === 1) return void response.writeHead(401).end('{"error":{"message":"no such key: sk-of-nobody"}}')
    stream(response, words('A unit '), words('of work [1].'), finish('stop')).end(DONE)
  })
  const env = { OPENAI_BASE_URL: server.baseURL, OPENAI_API_KEY: 'sk-of-nobody', OPENAI_MODEL: 'tiny' }
  const refused = await runChat(makeFolder(), ['What is a stage?', '--json'], { env })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(
    'no such key: …. Check OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL. [chat/model-failed]',
  )
  expect(refused.stdout + refused.stderr).not.toContain('sk-of-nobody')

  const answered = await runChat(makeFolder(), ['What is a stage?'], { env })
  expect(answered).toMatchObject({ code: 0, stderr: '' })
  expect(answered.stdout).toMatch(/^A unit of work \[1\]\.\n\n\[1\] stages\.md, "Stages"\n\nchat · completed/)
  expect(server.requests.at(-1)).toMatchObject({ authorization: 'Bearer sk-of-nobody', body: { model: 'tiny' } })
})

test('Ctrl-C stops the answer and the request, and is exit code 130', async () => {
  const folder = makeFolder()
  let closed = false
  await using server = await startModelServer((response) => {
    response.on('close', () => (closed = true))
    stream(response, words('A unit of work'))
  })
  const { child, ended } = startChat(folder, ['What is a stage?'], { OPENAI_BASE_URL: server.baseURL })
  child.stdout.once('data', () => child.kill('SIGINT'))
  const { code, stdout, stderr } = await ended
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'Stopped.\n' })
  expect(stdout).toContain('chat · cancelled')
  await expect.poll(() => closed).toBe(true)
  expect(existsSync(folder.data)).toBe(false)
})

test('a reader that leaves early ends the run without an error', async () => {
  await using server = await startModelServer((response) => {
    const writing = setInterval(() => stream(response, words('word ')), 5)
    response.on('close', () => clearInterval(writing))
  })
  const { child, ended } = startChat(makeFolder(), ['What is a stage?'], { OPENAI_BASE_URL: server.baseURL })
  child.stdout.once('data', () => child.stdout.destroy())
  expect(await ended).toMatchObject({ code: 0, stderr: '' })
})
