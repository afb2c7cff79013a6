import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, expect, test } from 'vitest'

import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import { durableLocal, openJournal } from '@stageflow/durable-local'
import type { DurableLocal } from '@stageflow/durable-local'
import { auth } from '@stageflow/interceptor-auth'
import { manualClock } from '@stageflow/testing'

import { feedReader, openedPage, refusalOf } from '../test/opened-page.ts'
import type { InspectedJournal, InspectorAccess, InspectorOptions } from './index.ts'

let clock = manualClock({ seed: 1 })
const folder = mkdtempSync(join(tmpdir(), 'inspector-'))
const opened: { close(): Promise<unknown> }[] = []
let files = 0
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  const { timers } = clock
  clock = manualClock({ seed: 1 })
  expect(timers).toEqual([])
})
afterAll(() => rmSync(folder, { recursive: true }))

function journalFile(): { readonly path: string; readonly journal: DurableLocal } {
  const path = join(folder, `${++files}.db`)
  const journal = durableLocal({ path, clock })
  opened.push(journal)
  return { path, journal }
}

const order = () =>
  new Pipeline('order')
    .withStage('price', () => ({ euros: 50 }), 'enrich')
    .withStage(
      'approve',
      ({ resumed }) => {
        if (resumed === undefined) return StageOutput.suspend({ question: 'Pay 50 euros?' })
        return resumed.answer === 'yes' ? StageOutput.ok() : StageOutput.cancel('the answer was no')
      },
      { dependencies: ['price'] },
    )
    .withStage('pay', ({ inputs }) => ({ paid: inputs.from('price').euros }), { dependencies: ['price', 'approve'] })

const PEOPLE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'token-of-ada': { sub: 'ada', org_id: 'acme' },
  'token-of-eve': { sub: 'eve', org_id: 'acme' },
}
/** Admits Ada and Eve. */
const people = () =>
  auth({
    verify(token) {
      const claims = PEOPLE[token]
      if (claims === undefined) throw new StageflowError('auth/invalid', 'The token is unknown.')
      return claims
    },
  })

const pageOf = (journal: InspectedJournal, options: InspectorOptions = {}) =>
  openedPage({ clock, journal, actions: true, data: true, ...options })

test('a suspended run of a journal has its graph, what has settled with its data, and its question', async () => {
  const { journal } = journalFile()
  await journal.run(order().build({ clock }), { inputText: 'hi' }, { runId: 'order-7' })
  const { runs, run, stage } = pageOf(journal)

  expect(await runs()).toMatchObject([{ id: 'order-7', origin: 'journal', pipeline: 'order', status: 'suspended' }])
  const view = await run('order-7')
  expect(view.graph?.stages.map(({ name }) => name)).toEqual(['price', 'approve', 'pay'])
  expect(view.report.stages).toMatchObject({ price: { status: 'ok' }, approve: { status: 'suspend' } })
  expect(view.input).toMatchObject({ inputText: 'hi' })
  expect(view.questions).toMatchObject([{ path: ['approve'], request: { question: 'Pay 50 euros?' } }])
  expect(view.acts).toEqual(['answer', 'cancel'])
  expect(await stage('order-7', 'price')).toMatchObject({ output: { euros: 50 } })
  expect(await stage('order-7', 'approve')).toMatchObject({
    inputs: [{ stage: 'price', status: 'ok', data: { euros: 50 } }],
    questions: [{ path: ['approve'] }],
  })
})

test('a journal that was opened to look at it is shown, and nothing can be done', async () => {
  const { path, journal } = journalFile()
  await journal.run(order().build({ clock }), {}, { runId: 'order-7' })
  const reader = openJournal(path, { readOnly: true })
  opened.push(reader)
  const { run, post } = pageOf(reader, { data: false })
  const view = await run('order-7')
  expect(view.acts).toEqual([])
  expect(JSON.stringify(view)).not.toContain('50')
  expect(view.questions).toMatchObject([{ path: ['approve'] }])
  expect(await refusalOf(await post('/api/runs/order-7/cancel', {}))).toBe('409 inspector/cannot-act')
})

test('an answer is kept under the name of who gave it, and the run goes on where it is recovered', async () => {
  const { journal } = journalFile()
  const graph = order().build({ clock })
  await journal.run(graph, {}, { runId: 'order-7' })
  const { run, post } = pageOf(journal)
  const question = (await run('order-7')).questions[0]?.question
  const body = { path: ['approve'], answer: 'yes', question }

  expect(await refusalOf(await post('/api/runs/order-7/answer', { ...body, question: 'another' }))).toBe(
    '409 inspector/not-waiting',
  )
  expect(await refusalOf(await post('/api/runs/order-7/answer', { ...body, path: ['pay'] }))).toBe(
    '409 inspector/not-waiting',
  )
  expect(await (await post('/api/runs/order-7/answer', body)).json()).toEqual({ done: true })
  const details = await journal.get('order-7')
  expect(details?.timeline.at(-1)).toMatchObject({ kind: 'answer', by: { system: 'inspector: ada' } })
  expect(await refusalOf(await post('/api/runs/order-7/answer', body))).toBe('409 inspector/cannot-act')

  await journal.recover(graph)
  expect(await run('order-7')).toMatchObject({
    summary: { status: 'completed', leg: 2 },
    report: { stages: { pay: { status: 'ok' } } },
  })
})

test('a cancel is recorded under the name of who did it, and does nothing to a run that has ended', async () => {
  const { journal } = journalFile()
  const graph = order().build({ clock })
  await journal.run(graph, {}, { runId: 'order-7' })
  const { run, post } = pageOf(journal)
  expect(await (await post('/api/runs/order-7/cancel', { reason: 'a duplicate' })).json()).toEqual({ done: true })
  expect((await journal.get('order-7'))?.timeline.at(-1)).toMatchObject({
    kind: 'stop',
    by: { system: 'inspector: ada' },
  })
  const { summary, acts } = await run('order-7')
  expect(summary).toMatchObject({ status: 'cancelled', reason: 'a duplicate' })
  expect(acts).toEqual([])
  expect(await refusalOf(await post('/api/runs/order-7/cancel', {}))).toBe('409 inspector/cannot-act')
})

test('a plain run of this process is cancelled by its context', async () => {
  const { page, run, post } = openedPage({ clock, actions: true })
  const graph = new Pipeline('slow')
    .withStage('wait', ({ signal }) => clock.sleep(1_000, signal))
    .build({ clock, eventSink: page })
  const ended = graph.run({ pipelineRunId: 'run-1' })
  expect((await run('run-1')).acts).toEqual(['cancel'])
  expect(await (await post('/api/runs/run-1/cancel', {})).json()).toEqual({ done: true })
  expect(await ended).toMatchObject({ status: 'cancelled', reason: 'cancelled in the inspector by ada' })
  expect(await refusalOf(await post('/api/runs/run-1/cancel', {}))).toBe('409 inspector/cannot-act')
})

test('cancelling a plain run leaves a durable run with the same id alone', async () => {
  const { journal } = journalFile()
  await journal.run(order().build({ clock }), {}, { runId: 'run-1' })
  const { page, run, post } = pageOf(journal)
  const plain = new Pipeline('slow')
    .withStage('wait', ({ signal }) => clock.sleep(1_000, signal))
    .build({ clock, eventSink: page })
  const ended = plain.run({ pipelineRunId: 'run-1' })
  expect((await run('run-1')).summary).toMatchObject({ origin: 'live', pipeline: 'slow' })
  await post('/api/runs/run-1/cancel', {})
  expect(await ended).toMatchObject({ status: 'cancelled' })
  expect((await journal.get('run-1'))?.status).toBe('suspended')
})

test('a durable run that runs here is live, and its cancel is recorded in the journal', async () => {
  const { journal } = journalFile()
  const { page, runs, run, post } = pageOf(journal)
  const graph = new Pipeline('slow')
    .withStage('wait', ({ signal }) => clock.sleep(1_000, signal))
    .build({ clock, eventSink: page })
  const ended = journal.run(graph, {}, { runId: 'run-1' })
  while ((await journal.get('run-1'))?.inProgress.length !== 1) await clock.advance(0)
  expect(await runs()).toMatchObject([{ id: 'run-1', origin: 'live', status: 'running' }])
  expect(await run('run-1')).toMatchObject({ summary: { origin: 'live' }, acts: ['cancel'] })
  await post('/api/runs/run-1/cancel', { reason: 'enough' })
  expect(await ended).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect((await journal.get('run-1'))?.timeline).toContainEqual(
    expect.objectContaining({ kind: 'stop', by: { system: 'inspector: ada' } }),
  )
  expect(await runs()).toMatchObject([{ id: 'run-1', origin: 'journal', status: 'cancelled' }])
})

test('with the graphs and a token each act is admitted by the interceptors of the graph, as that person', async () => {
  const { journal } = journalFile()
  const graph = order().build({ clock, interceptors: [people()] })
  await journal.run(graph, {}, { runId: 'order-7', token: 'token-of-ada' })
  let access: InspectorAccess = {
    by: 'eve',
    orgId: 'acme',
    may: ['read', 'answer', 'cancel', 'retry'],
    token: 'token-of-eve',
  }
  const { run, post } = pageOf(journal, { graphs: [graph], authorize: () => access })
  const body = { path: ['approve'], answer: 'yes' }

  expect(await refusalOf(await post('/api/runs/order-7/answer', body))).toBe('409 auth/foreign-run')
  expect(await refusalOf(await post('/api/runs/order-7/cancel', {}))).toBe('409 auth/foreign-run')
  expect((await run('order-7')).summary.status).toBe('suspended')
  access = { ...access, by: 'ada', token: 'token-of-ada' }
  expect((await post('/api/runs/order-7/answer', body)).status).toBe(200)
  expect((await journal.get('order-7'))?.timeline.at(-1)).toMatchObject({
    kind: 'answer',
    by: { userId: 'ada', orgId: 'acme' },
  })
})

test('a failed run is retried as the person whose token the interceptors admit, and not without a token', async () => {
  const { journal } = journalFile()
  let isDown = true
  const graph = new Pipeline('mail')
    .withStage('send', () => (isDown ? StageOutput.fail('the server is down') : StageOutput.ok()))
    .build({ clock, interceptors: [people()] })
  await expect(journal.run(graph, {}, { runId: 'mail-1', token: 'token-of-ada' })).rejects.toThrow('the server is down')
  const may = ['read', 'retry'] as const
  const without = pageOf(journal, { graphs: [graph], authorize: () => ({ by: 'ada', may }) })
  expect((await without.run('mail-1')).acts).toEqual([])
  expect(await refusalOf(await without.post('/api/runs/mail-1/retry', {}))).toBe('409 inspector/cannot-act')

  const { run, post } = pageOf(journal, {
    graphs: [graph],
    authorize: () => ({ by: 'ada', may, token: 'token-of-ada' }),
  })
  expect((await run('mail-1')).acts).toEqual(['retry'])
  const eve = pageOf(journal, { graphs: [graph], authorize: () => ({ by: 'eve', may, token: 'token-of-eve' }) })
  expect(await refusalOf(await eve.post('/api/runs/mail-1/retry', {}))).toBe('409 auth/foreign-run')
  isDown = false
  const answer = await post('/api/runs/mail-1/retry', {})
  expect([answer.status, await answer.json()]).toEqual([200, { done: true }])
  expect((await run('mail-1')).summary.status).toBe('completed')
})

test('a retry is answered after a second if its run goes on, and what the run ends with later harms nothing', async () => {
  const { journal } = journalFile()
  const graph = new Pipeline('mail')
    .withStage('send', () => StageOutput.fail('down'))
    .build({ clock, interceptors: [people()] })
  await expect(journal.run(graph, {}, { runId: 'mail-1', token: 'token-of-ada' })).rejects.toThrow('down')
  const slow: InspectedJournal = {
    list: (options) => journal.list(options),
    get: (id, options) => journal.get(id, options),
    retryFailed: async () => {
      await clock.sleep(5_000)
      throw new Error('the journal was closed')
    },
  }
  const authorize = (): InspectorAccess => ({ by: 'ada', may: ['read', 'retry'], token: 'token-of-ada' })
  const { post } = pageOf(slow, { graphs: [graph], authorize })
  const answer = post('/api/runs/mail-1/retry', {})
  while (clock.timers.length < 2) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(1_000)
  expect(await (await answer).json()).toEqual({ done: true })
  await clock.runAll()
})

test('runs of a journal are those of the organization of the reader, and another one is not found', async () => {
  const { journal } = journalFile()
  const graph = order().build({ clock })
  await journal.run(graph, { orgId: 'acme' }, { runId: 'of-acme' })
  await journal.run(graph, { orgId: 'other' }, { runId: 'of-other' })
  await journal.run(graph, {}, { runId: 'of-none' })
  const access: InspectorAccess = { by: 'ada', orgId: 'acme', may: ['read', 'answer', 'cancel', 'retry'] }
  const { runs, ask, post, read } = pageOf(journal, { authorize: () => access })
  expect((await runs()).map(({ id }) => id)).toEqual(['of-acme'])
  for (const id of ['of-other', 'of-none']) {
    expect(await refusalOf(await ask(`/api/runs/${id}`))).toBe('404 inspector/unknown-run')
    expect(await refusalOf(await ask(`/runs/${id}.html`))).toBe('404 inspector/unknown-run')
    expect(await refusalOf(await post(`/api/runs/${id}/cancel`, {}))).toBe('404 inspector/unknown-run')
    expect(await refusalOf(await post(`/api/runs/${id}/answer`, { path: ['approve'], answer: 'yes' }))).toBe(
      '404 inspector/unknown-run',
    )
  }
  expect((await journal.get('of-other'))?.status).toBe('suspended')
  expect(await read('/api/pipelines/order')).toMatchObject({ runs: 0 })
  const reader = feedReader(await ask('/api/feed?run=of-other'))
  expect(await reader.next()).toMatchObject({ unknownRun: true, list: { runs: [{ id: 'of-acme' }] } })
  await reader.leave()
})

test('a child run of a journal is found by its id once its parent was seen, and has the organization of its parent', async () => {
  const { journal } = journalFile()
  const kid = new Pipeline('kid').withStage('check', () => ({}))
  const graph = new Pipeline('order').withPipeline('kid', kid).build({ clock })
  await journal.run(graph, { orgId: 'acme' }, { runId: 'order-7' })
  let orgId = 'acme'
  const { run, ask, runs } = pageOf(journal, { authorize: () => ({ by: 'ada', orgId, may: ['read'] }) })
  const { children } = await run('order-7')
  expect(children).toMatchObject([{ pipeline: 'kid', status: 'completed', parent: { id: 'order-7', stage: 'kid' } }])
  expect(await run(children[0]?.id ?? '')).toMatchObject({ report: { stages: { check: { status: 'ok' } } } })
  expect(await runs()).toHaveLength(1)
  orgId = 'other'
  expect(await refusalOf(await ask(`/api/runs/${encodeURIComponent(children[0]?.id ?? '')}`))).toBe(
    '404 inspector/unknown-run',
  )
})

test('a feed has what changes in a journal, each second', async () => {
  const { journal } = journalFile()
  const graph = order().build({ clock })
  await journal.run(graph, {}, { runId: 'order-7' })
  const { feed } = pageOf(journal)
  const reader = await feed('?run=order-7&stage=approve')
  expect(await reader.next()).toMatchObject({
    list: { runs: [{ id: 'order-7', status: 'suspended' }] },
    run: { questions: [{ path: ['approve'] }] },
    stage: { row: { status: 'suspend' } },
  })
  await journal.resume(graph, 'order-7', { approve: 'yes' })
  await clock.advance(1_000)
  expect(await reader.next()).toMatchObject({
    runs: [{ id: 'order-7', status: 'completed' }],
    run: { summary: { status: 'completed' }, questions: [] },
    stage: { row: { status: 'ok' } },
  })
  await reader.leave()
  await clock.advance(100)
})

test('a journal that cannot be read is a refusal with its code, and a feed says so until it can be read again', async () => {
  let problem: Error | undefined = new StageflowError(
    'durable-local/unavailable',
    'The file is locked, password=hunter2.',
  )
  const journal: InspectedJournal = {
    list: async () => {
      if (problem !== undefined) throw problem
      return []
    },
    get: async () => {
      if (problem !== undefined) throw problem
      return undefined
    },
  }
  const { ask } = pageOf(journal)
  expect(await refusalOf(await ask('/api/runs'))).toBe('503 durable-local/unavailable')
  const reader = feedReader(await ask('/api/feed?run=run-1'))
  const first = await reader.next()
  expect(first).not.toHaveProperty('unknownRun')
  expect(first).toMatchObject({
    list: { runs: [] },
    problem: { code: 'durable-local/unavailable', message: 'The file is locked, password=[redacted]' },
  })
  problem = new Error('no disk')
  expect(await refusalOf(await ask('/api/runs/run-1'))).toBe('503 inspector/journal-failed')
  await clock.advance(1_000)
  expect(await reader.next()).toMatchObject({ problem: { code: 'inspector/journal-failed', message: 'no disk' } })
  problem = undefined
  await clock.advance(1_000)
  expect(await reader.next()).toMatchObject({ problem: null, unknownRun: true })
  await reader.leave()
  await clock.advance(100)
})

test('runs of a journal that cannot be read for a while stay in the list of a feed', async () => {
  const { journal } = journalFile()
  await journal.run(order().build({ clock }), {}, { runId: 'order-7' })
  let isLocked = false
  const flaky: InspectedJournal = {
    list: (options) => (isLocked ? Promise.reject(new Error('locked')) : journal.list(options)),
    get: (id, options) => (isLocked ? Promise.reject(new Error('locked')) : journal.get(id, options)),
  }
  const { feed } = pageOf(flaky)
  const reader = await feed('?run=order-7')
  expect((await reader.next())?.list?.runs).toHaveLength(1)
  isLocked = true
  await clock.advance(1_000)
  expect(await reader.next()).toEqual({ now: 1_000, problem: { code: 'inspector/journal-failed', message: 'locked' } })
  isLocked = false
  await clock.advance(2_000)
  expect(await reader.next()).toEqual({ now: 2_000, problem: null })
  await reader.leave()
  await clock.advance(100)
})

test('an act that fails without a code is refused with the text of its error, without secrets', async () => {
  const { journal } = journalFile()
  await journal.run(order().build({ clock }), {}, { runId: 'order-7' })
  const broken: InspectedJournal = {
    list: (options) => journal.list(options),
    get: (id, options) => journal.get(id, options),
    as: () => ({
      answer: () => Promise.reject(new Error('no disk, password=hunter2')),
      cancel: () => Promise.reject(new Error('no disk, password=hunter2')),
    }),
  }
  const { post } = pageOf(broken)
  const answer = await post('/api/runs/order-7/cancel', {})
  expect(await answer.clone().json()).toEqual({
    error: { code: 'inspector/act-failed', message: 'no disk, password=[redacted]' },
  })
  expect(answer.status).toBe(409)
})

test('a run that goes on in this process has what settled in its earlier legs, in another process', async () => {
  const { path, journal } = journalFile()
  const graph = new Pipeline('order')
    .withStage('price', () => ({ euros: 50 }))
    .withStage('approve', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('ok?') : StageOutput.ok()))
    .withStage('pay', ({ signal }) => clock.sleep(1_000, signal), { dependencies: ['price', 'approve'] })
  await journal.run(graph.build({ clock }), {}, { runId: 'order-7' })
  const other = durableLocal({ path, clock })
  opened.push(other)
  const { page, run, stage, feed } = pageOf(other)
  const ended = other.resume(graph.build({ clock, eventSink: page }), 'order-7', { approve: 'yes' })
  while ((await other.get('order-7'))?.inProgress[0]?.key !== 'pay') await clock.advance(0)
  const view = await run('order-7')
  expect(view.summary).toMatchObject({ origin: 'live', status: 'running', leg: 2, done: 2 })
  expect(view.report.stages).toMatchObject({
    price: { status: 'ok' },
    approve: { status: 'ok' },
    pay: { releasedBy: 'approve' },
  })
  expect(await stage('order-7', 'pay')).toMatchObject({ inputs: [{ data: { euros: 50 } }, { status: 'ok' }] })
  const reader = await feed('?run=order-7')
  expect((await reader.next())?.run).toMatchObject({ summary: { done: 2 } })
  await reader.leave()
  await clock.runAll()
  await ended
})

test('a child pipeline and a map run while something inside them does, in a journal that another process writes', async () => {
  const { path, journal } = journalFile()
  const kid = new Pipeline('kid')
    .withStage('quick', () => ({}))
    .withStage('slow', ({ signal }) => clock.sleep(1_000, signal), { dependencies: ['quick'] })
  const graph = new Pipeline('order')
    .withPipeline('kid', kid)
    .withPipeline(
      'done',
      new Pipeline('done').withStage('x', () => ({})),
    )
    .withMap('letters', {
      over: () => ['a', 'b'],
      key: (name) => name,
      each: async (name, { signal }) => {
        if (name === 'b') await clock.sleep(1_000, signal)
      },
    })
    .withStage('after', () => ({}), { dependencies: ['kid', 'letters'] })
    .build({ clock })
  const ended = journal.run(graph, {}, { runId: 'run-1' })
  const keys = async () => (await journal.get('run-1'))?.timeline.map(({ key }) => key).sort()
  while ((await keys())?.join() !== 'done/x,kid/quick,letters#a') await clock.advance(0)
  const reader = openJournal(path, { readOnly: true })
  opened.push(reader)
  const { run } = pageOf(reader)
  const { stages } = (await run('run-1')).report
  expect(stages).toMatchObject({
    kid: { startedAt: expect.any(Number) as number },
    letters: { startedAt: expect.any(Number) as number },
    done: { status: 'ok' },
  })
  for (const name of ['kid', 'letters']) expect(stages[name]).not.toHaveProperty('status')
  expect(stages['after']).not.toHaveProperty('startedAt')
  let isEnded = false
  void ended.then(() => (isEnded = true))
  while (!isEnded) await clock.advance(1_000)
  expect((await run('run-1')).report.stages).toMatchObject({ kid: { status: 'ok' }, letters: { items: { ok: 2 } } })
})

test('a run that no process carries any more is stopped, and what had settled is there', async () => {
  const { path, journal } = journalFile()
  const graph = new Pipeline('slow')
    .withStage('first', () => ({}))
    .withStage('second', ({ signal }) => clock.sleep(1_000_000, signal), { dependencies: ['first'] })
    .build({ clock })
  const ended = journal.run(graph, {}, { runId: 'run-1' }).catch((error: unknown) => error)
  while ((await journal.get('run-1'))?.timeline.length !== 1) await clock.advance(0)
  const reader = openJournal(path, { readOnly: true })
  opened.push(reader)
  const { run } = pageOf(reader)
  const view = await run('run-1')
  expect(view.summary.status).toBe('running')
  expect(view.report.stages).toMatchObject({
    first: { status: 'ok' },
    second: { startedAt: expect.any(Number) as number },
  })
  expect(view.report.stages['second']).not.toHaveProperty('status')
  await journal.close()
  await ended
  expect((await run('run-1')).summary.status).toBe('stopped')
})

test('the key of an item in a question is shown without its password, and its question can be answered by what is shown', async () => {
  const { journal } = journalFile()
  const { page, post, run, runs, stage } = openedPage({ journal, actions: true, clock })
  const graph = (addresses: readonly string[]) =>
    new Pipeline('mail')
      .withMap('letters', {
        over: () => addresses,
        key: (address) => address,
        each: (_, { resumed }) =>
          resumed === undefined
            ? StageOutput.suspend({ question: 'Send?' })
            : StageOutput.ok({ answer: String(resumed.answer) }),
      })
      .withMap('kids', {
        over: () => addresses,
        key: (address) => address,
        each: async (_, context) => context.runChild(kid).orFail(),
      })
      .build({ clock, eventSink: page })
  const kid = new Pipeline('kid').withStage('work', () => ({})).build({ clock, eventSink: page })
  const one = graph(['https://ada:hunter2hunter2@host/in'])
  await journal.run(one, {}, { runId: 'one' })
  await one.runSettled({ pipelineRunId: 'plain' })
  const path = ['letters', 'https://[redacted]@host/in']
  const views = [await run('one'), await run('plain')]
  for (const { summary, questions } of views) {
    expect(questions).toMatchObject([{ path }])
    expect(summary.asking).toEqual([path.join('/')])
  }
  expect((await run('plain')).children.map(({ parent }) => parent?.path)).toEqual(['kids#https://[redacted]@host/in'])
  const shown = [await runs(), views[0]?.questions, views[1], await stage('one', 'letters')]
  expect(JSON.stringify(shown)).not.toContain('hunter2')

  const json = (await post('/api/runs/one/answer', { path, answer: 'yes' })).json()
  expect(await json).toEqual({ done: true })
  expect((await journal.get('one'))?.timeline).toMatchObject([{}, {}, { kind: 'answer' }])

  const two = graph(['https://ada:hunter2hunter2@host', 'https://ada:hunter3hunter3@host'])
  await journal.run(two, {}, { runId: 'two' })
  const both = { path: ['letters', 'https://[redacted]@host'], answer: 'yes' }
  expect(await refusalOf(await post('/api/runs/two/answer', both))).toBe('409 inspector/cannot-act')
})
