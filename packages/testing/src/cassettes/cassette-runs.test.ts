import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { openRequests } from '@stageflow/core/durable'
import { expect, test } from 'vitest'

import { cassetteText, manualClock, parseCassette, recordRun, replayRun } from '../index.ts'
import type { Cassette } from '../index.ts'

declare module '@stageflow/core' {
  interface RunOptions {
    readonly cassetteTicket?: string
  }
}

const again = (cassette: Cassette): Cassette => parseCassette(cassetteText(cassette))

test('a file that begins with a byte order mark is read', async () => {
  const { cassette } = await recordRun(new Pipeline('one').withStage('a', () => ({ a: 1 })).build())
  const text = cassetteText(cassette)
  expect(parseCassette(`\uFEFF${text}`)).toEqual(cassette)
  // Only at its start.
  expect(() => parseCassette(`\uFEFF\uFEFF${text}`)).toThrow(/line 1/)
  expect(() => parseCassette(text.replace('\n', '\n\uFEFF'))).toThrow(/line 2/)
})

// ---------- interceptors that check callers

/** Keeps the ticket of who begins a run, and runs every leg under it. */
function guarded() {
  const asked: string[] = []
  const seen: unknown[] = []
  const owners: Interceptor = {
    name: 'owners',
    runOptions: ['cassetteTicket'],
    admit: ({ action, options: { cassetteTicket } }) => {
      asked.push(action)
      if (cassetteTicket === undefined) throw new StageflowError('acme/no-ticket', 'Pass a ticket.')
      return { keep: { user: cassetteTicket.slice(0, 3), password: 'hunter2' }, who: { userId: 'ada' } }
    },
    wrapRun: (next) => (run) => {
      seen.push({ kept: run.kept?.['owners'], ticket: run.options.cassetteTicket })
      return next(run)
    },
  }
  const graph = new Pipeline('guarded').withStage('work', () => ({ done: true })).build({ interceptors: [owners] })
  return { graph, asked, seen }
}

test('the caller who records a run is admitted once, and a replay runs under what was kept, without a token', async () => {
  const { graph, asked, seen } = guarded()
  const { result, cassette } = await recordRun(graph, {}, { cassetteTicket: 'ada-secret-ticket' })
  expect(result.status).toBe('completed')
  expect(cassetteText(cassette)).not.toMatch(/secret-ticket|hunter2/)
  const replayed = await replayRun(graph, again(cassette))
  expect(replayed.result.data).toEqual({ work: { done: true } })
  expect(replayed.cassette).toEqual(cassette)
  expect(asked).toEqual(['start'])
  expect(seen).toEqual([
    { kept: { user: 'ada', password: 'hunter2' }, ticket: undefined },
    { kept: { user: 'ada', password: expect.not.stringContaining('hunter2') }, ticket: undefined },
  ])
})

test('a run whose caller is refused is not recorded', async () => {
  const { graph, seen } = guarded()
  await expect(recordRun(graph)).rejects.toMatchObject({ code: 'acme/no-ticket' })
  expect(seen).toEqual([])
})

// ---------- questions

const ask = ({ resumed }: StageContext) =>
  resumed === undefined
    ? StageOutput.suspend('May I?', { forMs: 0, otherwise: 'no answer', state: 1 })
    : { answer: resumed.answer, expired: resumed.expired }

test('a question whose time has passed at once is recorded with its time, and replayed', async () => {
  const clock = manualClock({ startAt: 500 })
  let calls = 0
  const graph = new Pipeline('asking')
    .withStage('ask', (context) => (calls++, ask(context)))
    .withStage('after', ({ inputs }) => ({ got: inputs.from('ask').answer }), { dependencies: ['ask'] })
    .build({ clock })
  const { result, cassette } = await recordRun(graph, {}, { clock })
  expect(result.data).toEqual({ ask: { answer: 'no answer', expired: true }, after: { got: 'no answer' } })
  expect(cassette.facts.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    'call ask',
    'timer ask',
    'call ask@2',
    'call after',
  ])
  const replayed = await replayRun(graph, again(cassette), { clock })
  expect(calls).toBe(2)
  expect(replayed.result.data).toEqual(result.data)
  expect(replayed.cassette).toEqual(cassette)
})

test('a cassette of answers is replayed with who gave them, and up to a question without an answer', async () => {
  const pipeline = new Pipeline('asking')
    .withStage('ask', ({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('May I?') : { answer: resumed.answer, by: resumed.by },
    )
    .withStage('open', () => StageOutput.suspend('And now?', { until: 9e15 }), {
      answerSchema: {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value: unknown) => ({ value }),
          jsonSchema: { input: () => ({ type: 'string' }) },
        } as never,
      },
      dependencies: ['ask'],
    })
  const graph = pipeline.build()
  const { cassette } = await recordRun(graph)
  const [asked] = cassette.facts
  // As a journal has it after the answer of a person.
  const by = { userId: 'bo', orgId: 'acme' }
  const call = asked as Extract<typeof asked, { kind: 'call' }>
  const { facts } = call as Extract<Cassette['facts'][number], { kind: 'call' }>
  const ok = { status: 'ok', data: { answer: 'yes', by } } as const
  const answered: Cassette = {
    ...cassette,
    facts: [
      call as Cassette['facts'][number],
      { kind: 'answer', key: 'ask', answer: 'yes', by, at: facts.endedAt },
      {
        kind: 'call',
        key: 'ask@2',
        at: facts.endedAt,
        facts: {
          ...ok,
          startedAt: facts.endedAt,
          endedAt: facts.endedAt,
          after: 2,
          attempts: [],
          chunks: 0,
          notes: {},
        },
      },
    ],
  }
  const { result } = await replayRun(graph, again(answered), { live: ['open', 'ask'] })
  expect(result).toMatchObject({ status: 'suspended', data: { ask: { answer: 'yes', by } } })
  expect(result.status === 'suspended' && openRequests(result)).toEqual([
    { path: ['open'], request: 'And now?', until: 9e15, answerSchema: { type: 'string' } },
  ])
})

// ---------- child runs

test('a replay has the child runs that a recorded stage has made', async () => {
  const kid = new Pipeline('kid').withStage('inner', ({ snapshot }) =>
    snapshot.inputText === 'bad' ? StageOutput.fail('no') : { text: snapshot.inputText },
  )
  const graph = new Pipeline('parent')
    .withStage('work', async ({ runChild }) => {
      await runChild(kid, { inputText: 'good' })
      await runChild(kid, { inputText: 'bad' })
      return { done: true }
    })
    .build()
  const { result, cassette } = await recordRun(graph)
  const replayed = await replayRun(graph, again(cassette))
  const told = ({ children }: { readonly children: typeof result.children }) =>
    Object.entries(children).map(([path, { status, data }]) => [path, status, { ...data }])
  expect(told(replayed.result)).toEqual(told(result))
  expect(told(result)).toEqual([
    ['work', 'completed', { inner: { text: 'good' } }],
    ['work~2', 'failed', {}],
  ])
})
