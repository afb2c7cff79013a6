import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startScriptedModel } from '../src/scripted-model.ts'
import { openTickets } from '../src/tickets.ts'
import { run, start, temporaryFolder } from './agent-process.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 })

async function serve(listener: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> {
  const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

/** A folder for `--data`, and what the agent has changed in it. */
function desk() {
  const data = temporaryFolder()
  const draft = join(data, 'drafts', 'reply-1.md')
  return {
    options: ['--data', data, '--run', 'monday'],
    undo: ['--data', data, '--undo', 'monday'],
    draft,
    changed() {
      const tickets = openTickets(join(data, 'tickets.db'))
      const open = tickets.list('open').map(({ id }) => id)
      tickets.end()
      return { open, reply: existsSync(draft) ? readFileSync(draft, 'utf8') : undefined }
    },
    writeDraft(text: string) {
      mkdirSync(join(data, 'drafts'), { recursive: true })
      writeFileSync(draft, text)
    },
  }
}
const UNCHANGED = { open: [1, 2], reply: undefined }
const ANSWERED = {
  open: [2],
  reply: expect.stringMatching(/^Hello Ada,\n\nPass `retry\(\)` of `@stageflow\/interceptor-retry`[^]*retry\.md/),
}

test('--try kills two processes, goes on with the same run, undoes it, leaves nothing behind, and its README shows a part of it', async () => {
  const folder = temporaryFolder()
  const { code, stdout, stderr } = await run(['--try'], '', { TMPDIR: folder })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^An agent answers a ticket in three processes, two of them killed\./)
  expect(stdout.match(/is killed with SIGKILL/g)).toHaveLength(2)
  for (const call of ['list_tickets', 'write_draft', 'close_ticket'])
    expect(stdout.match(new RegExp(`✓ ${call}`, 'g')), call).toHaveLength(1)
  expect(stdout).toMatch(/↶ close_ticket\n {2}↶ write_draft\n2 calls were undone, 0 were not\.\n$/)
  expect(readdirSync(folder)).toEqual([])
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, shown = ''] = /```text\n([^]*?)```/.exec(readme) ?? []
  const lines = shown
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '…')
  expect(lines.length).toBeGreaterThan(20)
  for (const line of lines) expect(stdout.split('\n')).toContain(line)
})

test('it shows what it will do, does it after a yes, and undoes it', async () => {
  const { options, undo, changed } = desk()
  const { code, stdout, stderr } = await run(options, 'yes\ny\n')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('? search_doc There is no tool "search_doc"; did you mean "search_docs"?')
  expect(stdout).toContain('write_draft reply-1.md\n    + Hello Ada,\n')
  expect(stdout).toContain('close_ticket 1: its customer gets reply-1.md\n    │ Hello Ada,\n')
  expect(stdout).toMatch(/Ticket 1 is closed: .*\nanswer after 6 turns, \d{3,} tokens in, \d+ out\./)
  expect(changed()).toEqual(ANSWERED)
  const undone = await run(undo)
  expect({ ...undone, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(changed()).toEqual(UNCHANGED)
})

test('a call that is denied is not made, the model is told why, and that is exit code 3', async () => {
  const { options, changed } = desk()
  const { code, stdout } = await run(options, 'Write to Grace first\n')
  expect(code).toBe(3)
  expect(stdout).toContain('⊘ write_draft Tool "write_draft" was not approved: Write to Grace first')
  expect(stdout).toContain('I stopped there. Tool "write_draft" was not approved: Write to Grace first')
  expect(changed()).toEqual(UNCHANGED)
})

test('without an answer it waits, and a later process goes on without asking the model again', async () => {
  const { options, changed } = desk()
  const first = await run(options)
  expect(first).toMatchObject({ code: 4, stderr: '' })
  expect(first.stdout).toMatch(/It waits for your answer\. Go on: npm run example agent -- --run monday\n$/)
  expect(changed()).toEqual(UNCHANGED)
  const second = await run(options, 'yes\nyes\n')
  expect(second).toMatchObject({ code: 0, stderr: '' })
  expect(second.stdout).not.toContain('list_tickets')
  expect(changed()).toEqual(ANSWERED)
  const third = await run(options)
  expect(third.stdout).toContain('Ticket 1 is closed: ')
})

const PLACES = [
  '→ list_tickets',
  '✓ search_docs',
  'I write',
  '→ write_draft',
  '✓ write_draft',
  '→ close_ticket',
  '✓ close_ticket',
]
// By day in an answer and in a call; `--try` is killed in two more places.
const byDay = PLACES.filter((place) => place === 'I write' || place === '→ close_ticket')
test.each(process.env['STAGEFLOW_HEAVY'] ? PLACES : byDay)(
  'killed at "%s", it goes on, changes everything once, and undo brings the former draft back',
  async (line) => {
    const { options, undo, changed, writeDraft } = desk()
    writeDraft('My own words.\n')
    const first = start([...options, '--yes'])
    await first.prints(line)
    first.child.kill('SIGKILL')
    await first.ended
    expect(await run([...options, '--yes'])).toMatchObject({ code: 0, stderr: '' })
    expect(changed()).toEqual(ANSWERED)
    expect(await run(undo)).toMatchObject({ code: 0, stderr: '' })
    expect(changed()).toEqual({ open: [1, 2], reply: 'My own words.\n' })
  },
)

test('Ctrl-C at a question is exit code 130, and the next process asks it again', async () => {
  const { options } = desk()
  const first = start(options)
  await first.prints('Shall it?')
  first.child.kill('SIGINT')
  const { code, stdout, stderr } = await first.ended
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
  expect(stdout).toMatch(/Stopped\. Go on: npm run example agent -- --run monday\n$/)
  expect((await run(options)).stdout).toContain('write_draft reply-1.md')
})

test('Ctrl-C ends the request to the model, and is exit code 130', async () => {
  let closed: Promise<unknown> | undefined
  const asked = Promise.withResolvers<void>()
  const url = await serve((_, response) => {
    closed = once(response, 'close')
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    asked.resolve()
  })
  const { child, ended } = start(desk().options, { OPENAI_BASE_URL: url })
  await asked.promise
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 130, stderr: '' })
  await closed
})

test.each([
  [['--turns', '3', 'Search forever'], 'max-turns after 3 turns', 2],
  [['--tokens', '50'], 'budget after 1 turns', 0],
])('%j ends at its limit, with exit code 1', async (args, ends, calls) => {
  const { code, stdout } = await run([...desk().options, ...args])
  expect(code).toBe(1)
  expect(stdout).toContain(ends)
  expect(stdout.match(/→/g) ?? []).toHaveLength(calls)
})

test('with OPENAI_API_KEY and OPENAI_BASE_URL it asks that server, with its key and model', async () => {
  const scripted = await startScriptedModel()
  onTestFinished(() => scripted.close())
  const asked: unknown[] = []
  const url = await serve(async (request, response) => {
    const body = (await json(request)) as { readonly model: string }
    asked.push({ url: request.url, key: request.headers.authorization, model: body.model })
    const answer = await fetch(`${scripted.url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(await answer.text())
  })
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: url, OPENAI_MODEL: 'a-model' }
  const { code } = await run([...desk().options, '--yes'], '', env)
  expect(code).toBe(0)
  const request = { url: '/v1/chat/completions', key: 'Bearer sk-test', model: 'a-model' }
  expect(asked).toEqual(Array.from({ length: 6 }, () => request))
})

test('a failed run goes on from its failure when the server is well again', async () => {
  const { options, changed } = desk()
  const url = await serve((_, response) => {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"no such key"}}')
  })
  const failed = await run([...options, '--yes'], '', { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: url })
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Failed: 401 no such key \[/) })
  expect(await run([...options, '--yes'])).toMatchObject({ code: 0, stderr: '' })
  expect(changed()).toEqual(ANSWERED)
})

test.each([
  ['the model stops at its longest answer', 'length'],
  ['the response breaks off', undefined],
])('half an answer is a failure: %s', async (_, reason) => {
  const url = await serve((__, response) => {
    const chunk = (delta: object, finish_reason: string | null) =>
      `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(chunk({ content: 'I closed' }, null) + (reason === undefined ? '' : chunk({}, reason)))
  })
  const { code, stdout, stderr } = await run(desk().options, '', { OPENAI_BASE_URL: url })
  expect(code).toBe(1)
  expect(stdout).not.toContain('Take it back')
  expect(stderr).toMatch(/\[models\/[a-z-]+\]\n$/)
})

test('a run that never began cannot be undone', async () => {
  expect(await run(desk().undo)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Failed: There is no run "monday". [agent]\n',
  })
})

test('--help prints the options, and a wrong one is exit code 2 with its error last', async () => {
  expect(await run(['--help'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes: 0') })
  for (const args of [
    ['--rnu', 'x'],
    ['--turns', '0'],
    ['--tokens', 'many'],
    ['--run', '../x'],
    ['--data', ''],
  ]) {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(args[0])
  }
})
