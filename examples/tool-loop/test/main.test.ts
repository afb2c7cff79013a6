import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fakeModelServer, type ServedAnswer } from '@stageflow/testing/model-server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startScriptedModel } from '../src/scripted-model.ts'
import { runLoop, startLoop } from './loop-process.ts'

// Each test starts a process, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

async function serve(listener: Listener): Promise<string> {
  const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

test('the model finds trains, is told of a misspelled tool, books, and answers from the results', async () => {
  const { code, stdout, stderr } = await runLoop(['Please book 3 seats to Oslo.'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('  → find_trains {"to":"Oslo"}\n  → find_trains {"to":"Bergen"}\n')
  expect(stdout).toContain('  ? book_seat There is no tool "book_seat"; did you mean "book_seats"?')
  expect(stdout).toContain('  ← book_seats {"booking":"R7-3","euros":126}\n')
  expect(stdout).toContain('I booked 3 seats in R 7 to Oslo at 09:40, for 126 euros: R7-3.\n\ntool-loop · completed')
  expect(stdout).toMatch(/completed: \d{3,} tokens in, \d+ out\n$/)
})

test('a call that is not approved is not made, and the model is told why', async () => {
  const { code, stdout } = await runLoop(['Book 7 seats to Oslo'])
  expect(code).toBe(0)
  expect(stdout).toContain('⊘ book_seats Tool "book_seats" was not approved: more than 5 seats need a person')
  expect(stdout).not.toContain('← book_seats')
})

test.each([
  [['--rounds', '3', 'Search forever, to Oslo'], 'tool-loop/too-many-rounds', 3],
  [['--tokens', '50'], 'tool-loop/too-many-tokens', 2],
])('%j ends at its limit', async (args, failed, calls) => {
  const { code, stdout, stderr } = await runLoop(args)
  expect(code).toBe(1)
  expect(stderr).toContain(`[${failed}]`)
  expect(stdout.match(/→/g)).toHaveLength(calls)
})

test('with OPENAI_API_KEY and OPENAI_BASE_URL it asks that server, with its key and model', async () => {
  const scripted = await startScriptedModel()
  onTestFinished(() => scripted.close())
  const asked: unknown[] = []
  const url = await serve(async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part
    const { model, tools } = JSON.parse(body) as { model: string; tools: { function: { name: string } }[] }
    asked.push({
      url: request.url,
      key: request.headers.authorization,
      model,
      tools: tools.map((tool) => tool.function.name),
    })
    const forwarded = await fetch(`${scripted.url}/chat/completions`, { method: 'POST', body })
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(await forwarded.text())
  })
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: url, OPENAI_MODEL: 'a-model' }
  const { code, stdout } = await runLoop(['Book 2 seats to Oslo'], env)
  expect(code).toBe(0)
  expect(stdout).toContain('I booked 2 seats in R 7')
  const request = {
    url: '/v1/chat/completions',
    key: 'Bearer sk-test',
    model: 'a-model',
    tools: ['find_trains', 'book_seats'],
  }
  expect(asked).toEqual(Array.from({ length: 4 }, () => request))
})

/** The environment of a model that answers every request alike. */
async function modelThat(answer: ServedAnswer) {
  const server = await fakeModelServer([answer])
  onTestFinished(() => server.close())
  return { server, env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${server.url}/v1` } }
}

test('a server that refuses the key is a failure with its status, and is asked once', async () => {
  const { server, env } = await modelThat({ status: 401, code: 'invalid_api_key' })
  const { code, stderr } = await runLoop([], env)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Failed: 401 .* \[invalid_api_key\]\n$/)
  expect(server.requests).toHaveLength(1)
})

test.each<[string, ServedAnswer, string]>([
  ['the model stops at its longest answer', { text: ['I booked'], ending: 'length' }, '[models/length]'],
  ['the response ends early', { text: ['I ', 'booked'], fault: { kind: 'end', afterChunks: 1 } }, '[models/cut]'],
])('half an answer is a failure: %s', async (_, answer, failure) => {
  const { env } = await modelThat(answer)
  const { code, stderr } = await runLoop([], env)
  expect(code).toBe(1)
  expect(stderr).toContain(failure)
})

test('Ctrl-C stops the model’s request, says about what it has used, and is exit code 130', async () => {
  const { server, env } = await modelThat({ text: ['I book', 'ed'], fault: { kind: 'stall', afterChunks: 1 } })
  const { child, ended } = startLoop([], env)
  child.stdout.on('data', (text: string) => text.includes('I book') && child.kill('SIGINT'))
  const { code, stdout, stderr } = await ended
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
  expect(stdout).toMatch(/cancelled: about \d+ tokens in, 2 out\n$/)
  await server.requests[0]?.closed
})

test('a refused question prints its reason alone', async () => {
  expect(await runLoop([' '])).toEqual({ code: 3, stdout: '', stderr: 'Nothing was asked.\n' })
})

test('--help prints the options, and a wrong one is exit code 2 with its error last', async () => {
  expect(await runLoop(['--help'])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('Exit codes'),
  })
  for (const args of [
    ['--rnds', '1'],
    ['--rounds', '0'],
    ['--tokens', 'many'],
  ]) {
    const { code, stdout, stderr } = await runLoop(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(args[0])
  }
})
