import { expect, test } from 'vitest'

import { bench, tool } from '../test/tool-bench.ts'

test('no event and no error of a call shows its secrets', async () => {
  const login = tool(
    'login',
    (input, { partial, progress }) => {
      partial({ token: input.token, seen: `token=${input.token}` })
      progress({ message: `password=${input.pin}` })
      throw new Error(`user ${input.user}: pin ${input.pin} with token ${input.token} is wrong`)
    },
    { redaction: { keys: ['pin'] }, retry: { attempts: 2, baseMs: 1, isRetryable: () => true }, undo: () => {} },
  )
  const b = bench([login])
  const call = b.call('login', { user: 'ada', pin: 'pin-0815', token: 'tok-4711-abc' })
  await b.clock.runAll()
  const text = JSON.stringify([b.events, await call])
  expect(text).toContain('user ada: pin [redacted] with token [redacted] is wrong')
  const shown = JSON.stringify(b.events)
  for (const value of ['pin-0815', 'tok-4711-abc']) expect(shown).not.toContain(value)
})

test('data: false leaves input, output, partial results and error messages out of every event', async () => {
  const fails = tool('fails', (input) => { throw new Error(`no ${input.word}`) }, { data: false }) // prettier-ignore
  const works = tool('works', (input, { partial }) => { partial(input); return input }, { data: false }) // prettier-ignore
  const b = bench([fails, works])
  await b.calls([
    ['fails', { word: 'sesame' }],
    ['works', { word: 'sesame' }],
  ])
  expect(JSON.stringify(b.events)).not.toContain('sesame')
  expect(b.of('tool.failed')).toMatchObject([{ errorMessage: '[redacted]', errorCode: 'tool-executor/handler-failed' }])
})

test('partial results, outputs and their keys leave out secrets of the input', async () => {
  const echo = tool('echo', ({ password }, { partial }) => {
    partial(`it is ${password}`)
    partial({ [password]: 1 })
    return { text: `${'x'.repeat(195)}${password}`, list: [password], number: 98765.4321, kept: 12 }
  })
  const b = bench([echo])
  const result: any = await b.call('echo', { password: 'hunter22', pin: 98765.4321 })
  expect(JSON.stringify(b.events)).not.toMatch(/hunte|98765\.4321/)
  expect(b.of('tool.updated').map(({ partialSummary }) => partialSummary)).toEqual([
    'it is [redacted]',
    { '[redacted]': 1 },
  ])
  expect(b.of('tool.completed')[0].outputSummary).toMatchObject({
    list: ['[redacted]'],
    number: '[redacted]',
    kept: 12,
  })
  // The result is the program's, and what it was.
  expect(result.output.list).toEqual(['hunter22'])
})

test('a handler that removes a secret from its input does not hide it from the search', async () => {
  const rude = tool('rude', (input) => {
    const { password } = input
    delete input.password
    throw new Error(`refused: ${password}`)
  })
  const b = bench([rude])
  expect(await b.call('rude', { password: 'hunter22' })).toMatchObject({ error: { message: 'refused: [redacted]' } })
  expect(JSON.stringify(b.events)).not.toContain('hunter22')
})
