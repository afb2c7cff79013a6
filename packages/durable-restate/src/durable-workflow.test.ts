import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { soft } from '@stageflow/core/edges'
import { expect, test } from 'vitest'
import { observed, withinSomeLimit } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableWorkflow } from './index.ts'

const child = new Pipeline('child')
  .withStage('first', ({ snapshot }) => ({ got: snapshot.metadata }))
  .withStage('second', ({ inputs }) => ({ of: inputs.from('first').got }), { dependencies: ['first'] })

test('a run with children and maps ends like a run in process', async () => {
  const graph = new Pipeline('all')
    .withStage('a', () => ({ list: [1, 2, 3], left: undefined }))
    .withPipeline('kid', child, { dependencies: ['a'], input: (inputs) => ({ metadata: inputs.from('a') }) })
    .withMap('squares', {
      dependencies: ['a'],
      over: (inputs) => inputs.from('a').list,
      each: async (item) => ({ square: item * item }),
    })
    .withStage('failing', () => StageOutput.fail('broken'), { onFailure: 'skip' })
    .withStage('end', ({ inputs, snapshot }) => ({ text: snapshot.inputText, of: inputs.from('squares') }), {
      dependencies: ['kid', 'squares'],
    })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const input = { inputText: 'hello' }
  const result = await client.run('run-1', { input })
  const inProcess = await graph.run(input)
  expect(result.status).toBe('completed')
  expect(result.data).toEqual(JSON.parse(JSON.stringify(inProcess.data)))
  expect(result.report).toMatchObject({ pipelineRunId: 'run-1', stages: { failing: { tolerated: true } } })
})

test('an id that exists attaches to its run, which keeps the first request', async () => {
  let calls = 0
  const graph = new Pipeline('once')
    .withStage('a', ({ snapshot }) => ({ text: snapshot.inputText, calls: ++calls }))
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  expect(await client.start('x', { input: { inputText: 'first' } })).toBe(true)
  expect(await client.start('x', { input: { inputText: 'second' } })).toBe(false)
  const results = await Promise.all([client.attach('x'), client.run('x'), client.run('x')])
  for (const result of results) expect(result.data).toEqual({ a: { text: 'first', calls: 1 } })
  expect(await client.start('x')).toBe(false)
})

test('a failed run resolves with its errors', async () => {
  const graph = new Pipeline('failing').withStage('a', () => StageOutput.fail('no stock')).build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  expect(await client.run('x')).toMatchObject({
    status: 'failed',
    errors: [{ stage: 'a', message: 'no stock' }],
    report: { stages: { a: { status: 'fail' } } },
  })
  expect(await client.status('x')).toMatchObject({ status: 'failed', requests: [] })
})

test('the result is the value of the last step, because a report has times that differ between attempts', async () => {
  const graph = new Pipeline('parent').withPipeline('kid', child).build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const result = await client.run('x')
  const steps = (await restate.journal(await restate.invocation(name, 'x'))).filter(({ type }) =>
    type.endsWith(': Run'),
  )
  expect(steps.at(-2)).toMatchObject({ type: 'Command: Run', name: 'run end' })
  expect(steps.at(-1)).toMatchObject({ type: 'Notification: Run', value: result })
})

// ---------- answers

const ask = ({ resumed, stage }: StageContext): { answer: unknown } | StageOutput =>
  resumed === undefined ? StageOutput.suspend({ question: `${stage.name}?` }) : { answer: resumed.answer }

test('stages wait for answers, also those of child pipelines and of the items of maps', async () => {
  const graph = new Pipeline('asking')
    .withStage('approve', ask)
    .withPipeline('kid', new Pipeline('kid').withStage('check', ask))
    .withMap('letters', {
      over: () => ['a', 'b'],
      each: (letter, context) => (letter === 'a' ? { letter } : ask(context as never)),
    })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('x')
  const { requests } = await observed(async () => {
    const status = await client.status('x')
    return status?.requests.length === 3 && status
  })
  const question = expect.any(String) as string
  expect(requests).toEqual(
    expect.arrayContaining([
      { path: ['approve'], question, request: { question: 'approve?' } },
      { path: ['kid', 'check'], question, request: { question: 'check?' } },
      { path: ['letters', '1'], question, request: { question: 'letters?' } },
    ]),
  )
  await expect(client.answer('x', { approve: 1, kid: { other: 1 }, letters: 7 } as never)).rejects.toMatchObject({
    code: 'durable-restate/not-waiting',
    message: expect.stringMatching(
      /it has an answer for "other", but "kid" waits for "check"; the answer for "letters" must be an object with an answer for a stage, not 7; "letters" waits for "1"/,
    ) as string,
  })
  await client.answer('x', { approve: 'yes' })
  await expect(client.answer('x', { approve: 'no' })).rejects.toMatchObject({
    code: expect.stringMatching(/^durable-restate\/(answered|not-waiting)$/) as string,
  })
  await client.answer('x', { kid: { check: 'fine' }, letters: { 1: 'B' } })
  expect(await client.attach('x')).toMatchObject({
    status: 'completed',
    data: {
      approve: { answer: 'yes' },
      kid: { check: { answer: 'fine' } },
      letters: { items: [{ letter: 'a' }, { answer: 'B' }] },
    },
  })
})

test('of answers that come at once, one counts', async () => {
  const graph = new Pipeline('asking').withStage('approve', ask).build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('x')
  await observed(async () => (await client.status('x'))?.requests.length === 1)
  const answers = await Promise.allSettled(
    ['a', 'b', 'c', 'd', 'e'].map(async (approve) => {
      await client.answer('x', { approve })
      return approve
    }),
  )
  const counted = answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  expect(counted).toHaveLength(1)
  const codes = answers.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { code: string }).code] : []))
  for (const code of codes) expect(code).toBe('durable-restate/not-waiting')
  expect((await client.attach('x')).data).toEqual({ approve: { answer: counted[0] } })
})

// ---------- cancel and limits

/** A stage that runs until its signal aborts, and tells what happened. */
function untilAborted(log: string[]) {
  return async ({ signal, stage, onCleanup }: StageContext): Promise<StageOutput> => {
    onCleanup(() => void log.push(`${stage.name} cleaned up`))
    log.push(`${stage.name} began`)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    log.push(`${stage.name} aborted`)
    return StageOutput.cancel('aborted')
  }
}

test('cancel aborts the code of a run and runs its cleanups', async () => {
  const log: string[] = []
  const graph = new Pipeline('long').withStage('a', untilAborted(log)).build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('x')
  await observed(() => log.length === 1)
  expect(await client.cancel('x', 'changed my mind')).toBe(true)
  expect(await client.attach('x')).toMatchObject({ status: 'cancelled', reason: 'changed my mind' })
  expect(await client.cancel('x', 'again')).toBe(false)
  expect(log).toEqual(['a began', 'a aborted', 'a cleaned up'])
})

test('a cancel in Restate itself cancels the run, and its cleanups run', async () => {
  const log: string[] = []
  const graph = new Pipeline('long')
    .withStage('a', untilAborted(log))
    .withStage('b', () => ({ never: true }), { dependencies: ['a'] })
    .build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('x')
  await observed(() => log.length === 1)
  await restate.ask('PATCH', `/invocations/${await restate.invocation(name, 'x')}/cancel`)
  expect(await client.attach('x')).toMatchObject({ status: 'cancelled', reason: 'cancelled in Restate', data: {} })
  expect(log).toEqual(['a began', 'a aborted', 'a cleaned up'])
})

test('a run past its timeout fails, and its code is aborted', async () => {
  const log: string[] = []
  const graph = new Pipeline('slow').withStage('a', untilAborted(log)).build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const result = await withinSomeLimit(50, async (timeoutMs) => {
    const ended = await client.run(`within ${timeoutMs}`, { options: { timeoutMs } })
    return log.length > 0 ? ended : undefined
  })
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
  expect(log).toEqual(['a began', 'a aborted', 'a cleaned up'])
})

test('a waiting run can be cancelled', async () => {
  const graph = new Pipeline('asking').withStage('approve', ask).build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('x')
  await observed(async () => (await client.status('x'))?.requests.length === 1)
  await client.cancel('x', 'too late')
  expect(await client.attach('x')).toMatchObject({ status: 'cancelled', reason: 'too late' })
  await expect(client.answer('x', { approve: 1 })).rejects.toMatchObject({ code: 'durable-restate/not-waiting' })
})

// ---------- interrupts and soft dependencies

const play = async ({ signal }: StageContext): Promise<{ heard: unknown }> => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  if (!StageflowError.is(signal.reason, 'core/interrupted')) throw signal.reason as Error
  return { heard: signal.reason.data }
}

test('a run is interrupted: what was heard counts, and an uninterruptible stage saves it', async () => {
  const begun: string[] = []
  const graph = new Pipeline('turn')
    .withStage('play', async (context) => {
      begun.push('play')
      return play(context)
    })
    .withStage('more', () => ({}), { dependencies: ['play'] })
    .withStage('save', ({ inputs }) => ({ saved: inputs.from('play') }), {
      dependencies: ['play'],
      uninterruptible: true,
    })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('x')
  await observed(() => begun.length === 1)
  expect(await client.interrupt('x', 'barge-in', { words: 3 })).toBe(true)
  const result = await client.attach('x')
  expect(result).toMatchObject({ status: 'cancelled', reason: 'barge-in' })
  expect(result.data).toEqual({ play: { heard: { words: 3 } }, save: { saved: { heard: { words: 3 } } } })
  expect(result.report.stages['more']).toMatchObject({ status: 'skip', reason: 'interrupted' })
  expect(await client.interrupt('x', 'again')).toBe(false)
  expect(begun).toEqual(['play'])
})

test('an interrupted run waits for no answer, and a cancel after an interrupt ends what goes on', async () => {
  const graph = new Pipeline('asking')
    .withStage('approve', ask, { uninterruptible: true })
    .withStage('log', ({ inputs }) => ({ approve: inputs.status('approve') }), {
      dependencies: ['approve'],
      join: 'settled',
    })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('x')
  await observed(async () => (await client.status('x'))?.requests.length === 1)
  await client.interrupt('x', 'never mind')
  expect(await client.attach('x')).toMatchObject({ status: 'cancelled', reason: 'never mind', data: {} })
  const log: string[] = []
  const long = new Pipeline('long').withStage('a', untilAborted(log), { uninterruptible: true }).build()
  const other = await serve<typeof long>((name) => [durableWorkflow(long, { name, secret })])
  await other.client.start('y')
  await observed(() => log.length === 1)
  expect(await other.client.interrupt('y', 'first', 1)).toBe(true)
  expect(await other.client.interrupt('y', 'second', 2)).toBe(false)
  expect(await other.client.cancel('y', 'and now really')).toBe(true)
  expect(await other.client.interrupt('y', 'third', 3)).toBe(false)
  expect(await other.client.attach('y')).toMatchObject({ status: 'cancelled', reason: 'first' })
  expect(log).toEqual(['a began', 'a aborted', 'a cleaned up'])
})

test('a stage waits only so long for a soft dependency, and reads the same in each attempt', async () => {
  const begun: string[] = []
  const goOn = Promise.withResolvers<void>()
  const graph = new Pipeline('waits')
    .withStage('profile', () => goOn.promise)
    .withStage(
      'answer',
      ({ inputs }) => {
        begun.push('answer')
        return { profile: inputs.status('profile') }
      },
      { dependencies: [soft('profile', { waitMs: 50 })] },
    )
    .withStage('approve', ask, { dependencies: ['answer'] })
    .build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('x')
  await observed(async () => (await client.status('x'))?.requests.length === 1)
  goOn.resolve()
  await restate.ask('PATCH', `/invocations/${await restate.invocation(name, 'x')}/pause`)
  await restate.ask('PATCH', `/invocations/${await restate.invocation(name, 'x')}/resume`)
  expect((await client.resume('x', { approve: 'yes' })).data).toMatchObject({ answer: { profile: 'late' } })
  expect(begun).toEqual(['answer'])
})

// ---------- bounds and refusals

test('at most 64 calls are in progress at once, or as many as maxConcurrency says', async () => {
  let now = 0
  let most = 0
  const graph = new Pipeline('wide')
    .withMap('items', {
      over: () => Array.from({ length: 150 }, (_, place) => place),
      each: async () => {
        most = Math.max(most, ++now)
        await new Promise((resolve) => setImmediate(resolve))
        now--
        return {}
      },
      concurrency: 150,
    })
    .build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const inFlight = async (id: string): Promise<number> => {
    let open = 0
    let found = 0
    for (const entry of await restate.journal(await restate.invocation(name, id))) {
      if (entry.type === 'Command: Run') found = Math.max(found, ++open)
      if (entry.type === 'Notification: Run') open--
    }
    return found
  }
  await client.run('x')
  expect(await inFlight('x')).toBe(64)
  await client.run('y', { options: { maxConcurrency: 100 } })
  expect(await inFlight('y')).toBe(100)
})

test('a wrong request ends the run at once, and says what is wrong', async () => {
  const graph = new Pipeline('strict').withStage('a', () => ({ a: 1 })).build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await expect(client.run('x', { input: { inputText: 7 as never } })).rejects.toMatchObject({
    code: 'durable-restate/illegal-request',
    message: expect.stringContaining('inputText') as string,
  })
  await expect(client.run('y', { options: { timeoutMs: -1 } })).rejects.toMatchObject({
    code: 'durable-restate/illegal-request',
    message: expect.stringContaining('timeoutMs') as string,
  })
})
