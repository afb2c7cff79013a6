import { existsSync } from 'node:fs'
import { fakeModelServer, type ServedAnswer } from '@stageflow/testing/model-server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeFolder, runChat, startChat } from './chat-process.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

async function startModel(...answers: readonly ServedAnswer[]) {
  const server = await fakeModelServer(answers)
  onTestFinished(() => server.close())
  return { server, env: { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: 'sk-test', OPENAI_MODEL: 'tiny' } }
}

test('with a model, its answer and its name are printed, and the key goes to the server', async () => {
  const { server, env } = await startModel({ text: ['A unit ', 'of work [1].'] })
  const { code, stdout, stderr } = await runChat(makeFolder(), ['What is a stage?'], { env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^A unit of work \[1\]\.\n\n\[1\] stages\.md, "Stages"\n {4}A stage is the unit of work of a pipeline\.\n\[2\] outcomes\.md/,
  )
  expect(stdout).toMatch(/\nFirst word after \d+ ms\nAsked tiny: 9 tokens in, 3 out\n$/)
  expect(server.requests).toMatchObject([{ headers: { authorization: 'Bearer sk-test' }, body: { model: 'tiny' } }])
})

test('a server that refuses the key is a failure that names the settings, and the key is nowhere', async () => {
  const { env } = await startModel({ status: 401, code: 'no such key: sk-test' })
  const { code, stdout, stderr } = await runChat(makeFolder(), ['What is a stage?', '--json'], { env })
  expect(code).toBe(1)
  expect(stderr).toMatch(/401 .*\. Check OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL\. \[chat\/model-failed\]\n$/)
  expect(stdout + stderr).not.toContain('sk-test')
})

test('Ctrl-C stops the answer and the request, says about what it has used, and is exit code 130', async () => {
  const folder = makeFolder()
  const { server, env } = await startModel({ text: ['A unit of work', '.'], fault: { kind: 'stall', afterChunks: 1 } })
  const { child, ended } = startChat(folder, ['What is a stage?'], env)
  child.stdout.once('data', () => child.kill('SIGINT'))
  const { code, stdout, stderr } = await ended
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'Stopped.\n' })
  expect(stdout).toContain('chat · cancelled')
  expect(stdout).toMatch(/\nAsked tiny: about \d+ tokens in, 4 out\n$/)
  await server.requests[0]?.closed
  expect(existsSync(folder.data)).toBe(false)
})

test('a reader that leaves early ends the run without an error', async () => {
  const { server, env } = await startModel({ text: Array.from({ length: 10_000 }, () => 'word '), chunkMs: 5 })
  const { child, ended } = startChat(makeFolder(), ['What is a stage?'], env)
  child.stdout.once('data', () => child.stdout.destroy())
  expect(await ended).toMatchObject({ code: 0, stderr: '' })
  await server.requests[0]?.closed
})
