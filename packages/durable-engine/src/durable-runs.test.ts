import { Pipeline, PipelineFailedError, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext, StageGraph } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { manualClock } from '@stageflow/testing'
import { describe, expect, test } from 'vitest'

import { afterBeats, FIVE, aborted, ask, gate, openRuns, order, until, untilTimer } from '../test/open-runs.ts'

const { newPath, open, change, answersAtOnce, turnsBelow } = openRuns()

describe('run', () => {
  test('a run that has ended gives its result to later callers, also when the journal is opened again', async () => {
    const path = newPath()
    const calls: string[] = []
    const graph = new Pipeline('sum')
      .withStage('one', () => ({ one: calls.push('one') }))
      .withStage('two', ({ inputs }) => ({ two: inputs.from('one').one + calls.push('two') }), {
        dependencies: ['one'],
      })
      .build()
    const durable = open(path)
    const result = await durable.run(graph, {}, { runId: 'a' })
    expect(result).toMatchObject({ status: 'completed', data: { one: { one: 1 }, two: { two: 3 } } })
    const again = await durable.run(graph, {}, { runId: 'a' })
    await durable.close()
    const reopened = await open(path).run(graph, {}, { runId: 'a' })
    for (const stored of [again, reopened]) expect(JSON.stringify(stored)).toBe(JSON.stringify(result))
    expect(calls).toEqual(['one', 'two'])
  })

  test('the same id at once is one run', async () => {
    const calls: string[] = []
    const graph = order(calls)
    const durable = open()
    const results = await Promise.all([1, 2, 3].map(() => durable.run(graph, FIVE, { runId: 'a' })))
    expect(results.map(({ status }) => status)).toEqual(['suspended', 'suspended', 'suspended'])
    expect(calls).toEqual(['price', 'approve'])
  })

  test('a caller that attaches while a start of its process finds that another process was faster gets the result', async () => {
    const path = newPath()
    const [there, here] = [open(path), open(path)]
    const graph = new Pipeline('p').withStage('work', async () => ({ done: true })).build()
    const first = there.run(graph, {}, { runId: 'a' })
    const second = here.run(graph, {}, { runId: 'a' })
    // Rejects in the transaction that has begun the run there, before the one here.
    const third = there.cancel('unknown', 'x').then(String, () => here.run(graph, {}, { runId: 'a' }))
    const results = await Promise.all([first, second, third])
    for (const result of results) expect(result).toMatchObject({ status: 'completed', data: { work: { done: true } } })
  })

  test('a failed run rejects like graph.run, and later callers get the same error', async () => {
    const path = newPath()
    const graph = new Pipeline('broken')
      .withStage('ok', () => ({ ok: true }))
      .withStage(
        'bad',
        () => {
          throw new Error('no luck', { cause: new Error('rain') })
        },
        { dependencies: ['ok'] },
      )
      .build()
    const inProcess = (await graph.run().catch((error: unknown) => error)) as PipelineFailedError
    for (const durable of [open(path), open(path)]) {
      const error = (await durable
        .run(graph, {}, { runId: 'a' })
        .catch((thrown: unknown) => thrown)) as PipelineFailedError
      expect(error).toBeInstanceOf(PipelineFailedError)
      expect(error.message).toBe(inProcess.message)
      expect(error.result.data).toEqual({ ok: { ok: true } })
      expect(error.cause).toMatchObject({ message: 'no luck', cause: { message: 'rain' } })
    }
    expect(await open(path).list({ status: 'failed' })).toMatchObject([{ runId: 'a', error: { message: 'no luck' } }])
  })

  test('an id that began with another input, or of another pipeline, is refused', async () => {
    const durable = open()
    const graph = order()
    const other = new Pipeline('other').withStage('price', () => ({})).build()
    const started = durable.run(graph, { inputText: '5', metadata: { a: 1, b: 2 } }, { runId: 'a' })
    for (let round = 0; round < 2; round++) {
      await expect(durable.run(graph, { inputText: '6' }, { runId: 'a' })).rejects.toMatchObject({
        code: 'durable-engine/other-input',
        message: expect.stringMatching(
          /Run "a" began with another input: \w+(, \w+)* differs\. run\(\) attaches to a run only with the identical input/,
        ) as string,
      })
      await expect(durable.run(other, {}, { runId: 'a' })).rejects.toMatchObject({
        code: 'durable-engine/changed-graph',
        message: expect.stringContaining('it is a run of "order", and the graph is "other"') as string,
      })
      await started
    }
    const sameInput = { metadata: { b: 2, a: 1 }, inputText: '5' }
    expect((await durable.run(graph, sameInput, { runId: 'a' })).status).toBe('suspended')
  })

  test('stages of all legs see the same input', async () => {
    const path = newPath()
    const seen: unknown[] = []
    const graph = new Pipeline('p')
      .withStage('ask', (context) => {
        seen.push([context.snapshot.createdAt, context.snapshot.runId.pipelineRunId, context.snapshot.runId.userId])
        return ask(context)
      })
      .build()
    await open(path).run(graph, { runId: { userId: 'u1' } }, { runId: 'a' })
    await open(path).resume(graph, 'a', { ask: 1 })
    expect(seen).toEqual([seen[0], seen[0]])
    expect(seen[0]).toEqual([expect.any(Number), 'a', 'u1'])
  })

  test.each<[what: string, input: object, code: string, message: RegExp]>([
    [
      'a date',
      { metadata: { at: new Date(0) } },
      'durable-engine/not-json',
      /The input of run "a" has .* at metadata\.at/,
    ],
    ['NaN in an array', { metadata: { list: [1, NaN] } }, 'durable-engine/not-json', /NaN at metadata\.list\[1\]/],
    ['too long a text', { inputText: 'x'.repeat(2_000) }, 'durable-engine/too-large', /at most 1024 are kept/],
  ])('an input with %s is refused before anything is written', async (_what, input, code, message) => {
    const durable = open(newPath(), { maxFactLength: 1_024 })
    await expect(durable.run(order(), input, { runId: 'a' })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
    expect(await durable.get('a')).toBeUndefined()
  })

  test.each([undefined, '', 7, 'x'.repeat(513)])('the run id %j is refused', async (runId) => {
    const run = open().run(order(), {}, { runId: runId as string })
    await expect(run).rejects.toMatchObject({ code: 'durable-engine/illegal-option' })
  })

  test('an output that is too long fails its stage, and the run goes on as with any failure', async () => {
    const durable = open(newPath(), { maxFactLength: 1_024 })
    const graph = new Pipeline('p')
      .withStage('long', () => ({ text: 'x'.repeat(2_000) }), { onFailure: { fallback: { text: 'short' } } })
      .withStage('next', ({ inputs }) => ({ got: inputs.from('long').text }), { dependencies: ['long'] })
      .build()
    const { data, report } = await durable.run(graph, {}, { runId: 'a' })
    expect(data.next).toEqual({ got: 'short' })
    expect(report.stages.long.error).toMatchObject({ code: 'durable-engine/too-large' })
  })

  test('a signal cancels the run for good', async () => {
    const durable = open()
    const stop = new AbortController()
    const graph = new Pipeline('p').withStage('wait', (context) => aborted(context)).build()
    const run = durable.run(graph, {}, { runId: 'a', signal: stop.signal })
    await until(async () => (await durable.get('a')) !== undefined)
    stop.abort('enough')
    expect(await run).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expect(await durable.run(graph, {}, { runId: 'a' })).toMatchObject({ status: 'cancelled', reason: 'enough' })
  })

  test('the limit of a run holds over its legs', async () => {
    const path = newPath()
    const clock = manualClock()
    let calls = 0
    const graph = new Pipeline('p').withStage('wait', (context) => (calls++, aborted(context))).build()
    const first = open(path, { clock })
    const run = first.run(graph, {}, { runId: 'a', timeoutMs: 250 }).catch((error: unknown) => error)
    await until(() => calls === 1)
    await clock.advance(200)
    await first.close()
    expect(await run).toMatchObject({ code: 'durable-engine/closed' })
    const again = open(path, { clock }).run(graph, {}, { runId: 'a' })
    const rejects = expect(again).rejects.toMatchObject({ result: { errors: [{ code: 'core/timed-out' }] } })
    await untilTimer(clock, 250)
    await clock.advance(50)
    await rejects
  })

  test('code that outlives the limit of its run is abandoned, and does not run again', async () => {
    let calls = 0
    const end = gate()
    const graph = new Pipeline('p')
      .withStage('deaf', async () => {
        calls++
        await end.promise
        return {}
      })
      .build()
    const clock = manualClock()
    const durable = open(newPath(), { clock })
    const run = () =>
      expect(durable.run(graph, {}, { runId: 'a', timeoutMs: 20, graceMs: 20 })).rejects.toMatchObject({
        result: { errors: [{ code: 'core/timed-out' }], report: { stages: { deaf: { abandoned: true } } } },
      })
    const rejects = run()
    await until(() => calls === 1)
    await untilTimer(clock, 20)
    await clock.advance(20)
    await rejects
    await run()
    end.resolve()
    expect(calls).toBe(1)
  })
})

describe('resume', () => {
  test('an answer carries the run on in another process, and only what follows runs', async () => {
    const path = newPath()
    const calls: string[] = []
    expect(await open(path).run(order(), FIVE, { runId: 'a' })).toMatchObject({
      status: 'suspended',
      requests: { approve: { question: 'approve?' } },
    })
    const durable = open(path)
    expect((await durable.get('a'))?.requests).toEqual([
      { path: ['approve'], question: expect.any(String) as string, request: { question: 'approve?' } },
    ])
    const result = await durable.resume(order(calls), 'a', { approve: 'yes' })
    expect(result).toMatchObject({ status: 'completed', data: { pay: { paid: 5, by: { answer: 'yes' } } } })
    expect(calls).toEqual(['approve', 'pay'])
    expect((await durable.get('a'))?.requests).toEqual([])
  })

  test('a question takes one answer: the second and a late one are refused', async () => {
    const durable = open()
    const graph = new Pipeline('two').withStage('a', ask).withStage('b', ask).build()
    await durable.run(graph, {}, { runId: 'r' })
    const both = await Promise.allSettled([1, 2].map((answer) => durable.resume(graph, 'r', { a: answer })))
    const first = both.findIndex(({ status }) => status === 'fulfilled')
    expect(both[first]).toMatchObject({ value: { status: 'suspended', requests: { b: { question: 'b?' } } } })
    expect(both[1 - first]).toMatchObject({ reason: { code: 'durable-engine/not-waiting' } })
    if (answersAtOnce) expect(first).toBe(0)
    await expect(durable.resume(graph, 'r', { a: 3 })).rejects.toThrow('"a" has been answered already')
    expect((await durable.resume(graph, 'r', { b: 4 })).data).toEqual({ a: { answer: first + 1 }, b: { answer: 4 } })
    expect((await durable.get('r'))?.leg).toBe(3)
    await expect(durable.resume(graph, 'r', { b: 5 })).rejects.toThrow(
      'No answer for run "r" of "two" was kept: it is completed',
    )
  })

  test('child pipelines, repeated ones and maps are answered by their names, and a wrong answer keeps none', async () => {
    const durable = open()
    const kid = new Pipeline('kid').withStage('check/it', ask)
    const repeated = new Pipeline('repeated')
      .withStage('draft', ask)
      .withStage(
        'judge',
        ({ inputs }) => (inputs.from('draft').answer === 'good' ? {} : StageOutput.fail('bad')),
        'guard',
        {
          dependencies: ['draft'],
        },
      )
    const graph = new Pipeline('family')
      .withPipeline('kid', kid)
      .withPipeline('again', repeated, { repeat: repeatUntil('judge', { maxAttempts: 3 }) })
      .withMap('letters', {
        over: () => ['x', 'y', 'z'],
        each: (item: string, context: StageContext) => (item === 'y' ? ask(context) : { item }),
      })
      .build()
    await durable.run(graph, {}, { runId: 'r' })
    const paths = async () => (await durable.get('r'))?.requests.map(({ path }) => path.join(' '))
    expect((await paths())?.toSorted()).toEqual(['again draft', 'kid check/it', 'letters 1'])
    await expect(
      durable.resume(graph, 'r', { kid: { 'check/it': 1 }, letters: { 0: 'no' }, again: 'good', none: 1 } as object),
    ).rejects.toThrow(
      /"letters\/0" has ended; "letters" waits for "1"; the answer for "again" must be an object with an answer for a stage, not "good"; "again" waits for "draft"; it has an answer for "none", but the run waits for/,
    )
    await durable.resume(graph, 'r', { again: { draft: 'bad' }, letters: { 1: 'Y' } })
    expect((await paths())?.toSorted()).toEqual(['again draft', 'kid check/it'])
    const result = await durable.resume(graph, 'r', { again: { draft: 'good' }, kid: { 'check/it': 2 } })
    expect(result).toMatchObject({
      status: 'completed',
      data: {
        kid: { 'check/it': { answer: 2 } },
        again: { draft: { answer: 'good' } },
        letters: { items: [{ item: 'x' }, { answer: 'Y' }, { item: 'z' }] },
      },
    })
  })

  test('an answer reaches a run that is in progress', async () => {
    const durable = open()
    const slow = gate()
    const graph = new Pipeline('p')
      .withStage('ask', ask)
      .withStage('slow', async () => {
        await slow.promise
        return {}
      })
      .withStage('next', ({ inputs }) => (slow.resolve(), { got: inputs.from('ask') }), { dependencies: ['ask'] })
      .build()
    const run = durable.run(graph, {}, { runId: 'a' })
    await until(async () => ((await durable.get('a'))?.requests.length ?? 0) > 0)
    const resumed = durable.resume(graph, 'a', { ask: 'now' })
    expect((await run).data).toMatchObject({ next: { got: { answer: 'now' } } })
    expect((await resumed).status).toBe('completed')
    expect((await durable.get('a'))?.leg).toBe(1)
  })

  test('an answer that comes while the leg ends begins another leg, whichever is written first', async () => {
    const durable = open()
    const graph = new Pipeline('p').withStage('ask', ask).build()
    for (const delay of turnsBelow(40)) {
      const runId = `r${delay}`
      const resumed = Promise.withResolvers<string>()
      const answer = async (): Promise<string> => {
        for (let job = 0; job < delay; job++) await undefined
        return (await durable.resume(graph, runId, { ask: delay })).status
      }
      const eventSink = {
        tryEmit: () => true,
        // The leg has its outcome, and is about to write it.
        emit: async ({ type }: { readonly type: string }) => {
          if (type === 'pipeline.suspended') resumed.resolve(answer())
          // A slow sink: the answer is written meanwhile.
          for (let turn = delay % 2 === 0 ? 0 : 9; turn > 0; turn--)
            await new Promise((resolve) => setImmediate(resolve))
        },
      }
      await durable.run(graph, {}, { runId, eventSink })
      expect(await resumed.promise).toBe('completed')
    }
  })

  test('an answer is not lost to a caller that reads the suspended result at the same time', async () => {
    const durable = open()
    await durable.run(order(), FIVE, { runId: 'a' })
    const [read, resumed] = await Promise.all([
      durable.run(order(), FIVE, { runId: 'a' }),
      durable.resume(order(), 'a', { approve: 1 }),
    ])
    expect(resumed.status).toBe('completed')
    // A journal that answers at once has read the run before the answer comes.
    expect(answersAtOnce ? ['suspended'] : ['suspended', 'completed']).toContain(read.status)
  })

  test('an answer to a question that was asked after its stage had been stopped changes nothing', async () => {
    const durable = open()
    const stopped = gate()
    const graph = new Pipeline('p')
      .withStage(
        'deaf',
        async ({ resumed }) => {
          await stopped.promise
          return resumed === undefined ? StageOutput.suspend('too late') : {}
        },
        { late: 'abort' },
      )
      .withStage('quick', async () => ({ quick: true }))
      .withStage('first', async () => (stopped.resolve(), { first: true }), {
        dependencies: ['deaf', 'quick'],
        join: 'any',
      })
      .withStage('ask', ask, { dependencies: ['first'] })
      .build()
    await durable.run(graph, {}, { runId: 'a' })
    expect(await durable.resume(graph, 'a', { deaf: 1 })).toMatchObject({ status: 'suspended', requests: { ask: {} } })
    expect((await durable.resume(graph, 'a', { ask: 2 })).status).toBe('completed')
  })

  test('a signal that has aborted keeps no answer, and the run still waits', async () => {
    const durable = open()
    await durable.run(order(), FIVE, { runId: 'a' })
    const signal = AbortSignal.abort(new Error('no more'))
    await expect(durable.resume(order(), 'a', { approve: 1 }, { signal })).rejects.toThrow('no more')
    expect((await durable.get('a'))?.requests).toHaveLength(1)
    expect((await durable.resume(order(), 'a', { approve: 1 })).status).toBe('completed')
  })

  test.each<[what: string, answers: unknown, code: string]>([
    ['a function', { approve: () => {} }, 'durable-engine/not-json'],
    ['a long text', { approve: 'x'.repeat(2_000) }, 'durable-engine/too-large'],
    ['nothing', {}, 'durable-engine/not-waiting'],
    ['a string', 'yes', 'durable-engine/not-waiting'],
  ])('%s as an answer is refused, and the run still waits', async (_what, answers, code) => {
    const durable = open(newPath(), { maxFactLength: 1_024 })
    await durable.run(order(), FIVE, { runId: 'a' })
    await expect(durable.resume(order(), 'a', answers as object)).rejects.toMatchObject({ code })
    expect((await durable.resume(order(), 'a', { approve: 1 })).status).toBe('completed')
  })

  test('a run that does not exist is refused by name', async () => {
    const durable = open()
    const unknown = {
      code: 'durable-engine/unknown-run',
      message: expect.stringContaining('has no run "none"') as string,
    }
    await expect(durable.resume(order(), 'none', { approve: 1 })).rejects.toMatchObject(unknown)
    await expect(durable.cancel('none', 'x')).rejects.toMatchObject(unknown)
    await expect(durable.list({ after: 'none' })).rejects.toMatchObject(unknown)
    expect(await durable.get('none')).toBeUndefined()
  })
})

describe('cancel', () => {
  test('a run that waits for an answer ends at once, without its code', async () => {
    const durable = open()
    await durable.run(order(), FIVE, { runId: 'a' })
    expect(await durable.cancel('a', 'too dear')).toBe(true)
    expect(await durable.cancel('a', 'again')).toBe(false)
    expect(await durable.run(order(), FIVE, { runId: 'a' })).toMatchObject({
      status: 'cancelled',
      reason: 'too dear',
      data: { price: { total: 5 } },
      outputs: { price: { status: 'ok' } },
      report: {
        status: 'cancelled',
        stages: { price: { status: 'ok' }, approve: { status: 'cancel' }, pay: { status: 'cancel' } },
      },
    })
    await expect(durable.resume(order(), 'a', { approve: 1 })).rejects.toThrow('it is cancelled')
  })

  test('a run in progress is stopped by any journal of the same file', async () => {
    const path = newPath()
    const [here, there] = [open(path), open(path)]
    const graph = new Pipeline('p').withStage('wait', (context) => aborted(context)).build()
    const run = here.run(graph, {}, { runId: 'a' })
    await until(async () => (await there.get('a')) !== undefined)
    expect(await there.cancel('a', 'from there')).toBe(true)
    expect(await run).toMatchObject({ status: 'cancelled', reason: 'from there' })
  })

  test.each(['the same process', 'another process'])(
    'a run whose interceptor hangs is cancelled from %s after the grace time',
    async (from) => {
      const path = newPath()
      const here = open(path)
      const hung = Promise.withResolvers<void>()
      const hang: Interceptor = {
        name: 'hang',
        wrapRun: () => () => {
          hung.resolve()
          return new Promise(() => {})
        },
      }
      const graph = new Pipeline('p').withStage('work', () => ({})).build({ interceptors: [hang] })
      const run = here.run(graph, {}, { runId: 'a', graceMs: 20 })
      await hung.promise
      expect(await (from === 'the same process' ? here : open(path)).cancel('a', 'enough')).toBe(true)
      expect(await run).toMatchObject({ status: 'cancelled', reason: 'enough' })
      expect(await here.get('a')).toMatchObject({ status: 'cancelled', requests: [] })
    },
  )

  test('a run that is cancelled as it begins ends at once', async () => {
    const graph = new Pipeline('p').withStage('work', aborted).build()
    const durable = open(newPath(), { leaseMs: 3_600_000 })
    const run = durable.run(graph, {}, { runId: 'a' })
    expect(await durable.cancel('a', 'too early')).toBe(true)
    expect(await run).toMatchObject({ status: 'cancelled', reason: 'too early' })
  })

  test.each([0, 5, 10, 20, 40, 80])(
    'a run that is cancelled as it suspends is cancelled (%i steps later)',
    async (steps) => {
      const graph = new Pipeline('p').withStage('q', ask).build()
      const durable = open()
      let cancelled: Promise<boolean> | undefined
      const cancel = async (): Promise<boolean> => {
        for (let step = 0; step < steps; step++) await Promise.resolve()
        return durable.cancel('a', 'enough')
      }
      const eventSink = {
        tryEmit: () => true,
        emit: async ({ type }: { readonly type: string }) => {
          if (type === 'pipeline.suspended') cancelled = cancel()
          return Promise.resolve()
        },
      }
      await durable.run(graph, {}, { runId: 'a', eventSink })
      expect(await cancelled).toBe(true)
      await until(async () => (await durable.get('a'))?.status === 'cancelled')
    },
  )

  test('the signal of a later caller ends only its wait', async () => {
    const path = newPath()
    const [here, there] = [open(path), open(path)]
    let goOn = (): void => {}
    const graph = new Pipeline('p')
      .withStage('wait', () => new Promise<{}>((resolve) => (goOn = () => resolve({}))))
      .build()
    const first = here.run(graph, {}, { runId: 'a' })
    await until(async () => (await there.get('a')) !== undefined)
    for (const durable of [here, there]) {
      const later = new AbortController()
      const attached = durable.run(graph, {}, { runId: 'a', signal: later.signal })
      const ended = expect(attached).rejects.toThrow('gone')
      later.abort(new Error('gone'))
      await ended
      await expect(
        durable.run(graph, {}, { runId: 'a', signal: AbortSignal.abort(new Error('late')) }),
      ).rejects.toThrow('late')
    }
    goOn()
    expect((await first).status).toBe('completed')
  })

  test('the signal of a caller that carries on the run of another one ends only its wait', async () => {
    const path = newPath()
    const ended = gate()
    let calls = 0
    const graph = new Pipeline('p')
      .withStage('a', ask)
      .withStage('slow', async () => (await ended.promise, { call: ++calls }), { dependencies: ['a'] })
      .build()
    await open(path).run(graph, {}, { runId: 'r' })
    const durable = open(path)
    for (const act of [
      (signal: AbortSignal) => durable.resume(graph, 'r', { a: 1 }, { signal }),
      (signal: AbortSignal) => durable.run(graph, {}, { runId: 'r', signal }),
    ]) {
      const mine = new AbortController()
      const waiting = act(mine.signal)
      await until(async () => (await durable.get('r'))?.status === 'running')
      mine.abort(new Error('enough'))
      await expect(waiting).rejects.toThrow('enough')
    }
    ended.resolve()
    expect(await durable.run(graph, {}, { runId: 'r' })).toMatchObject({
      status: 'completed',
      data: { slow: { call: 1 } },
    })
  })

  test('of two calls that start one run, the signal of the first cancels it', async () => {
    const graph = new Pipeline('p').withStage('work', aborted).build()
    const durable = open()
    const [mine, other] = [new AbortController(), new AbortController()]
    const first = durable.run(graph, {}, { runId: 'a', signal: mine.signal })
    const second = durable.run(graph, {}, { runId: 'a', signal: other.signal })
    const third = durable.run(graph, {}, { runId: 'a' })
    const left = expect(second).rejects.toThrow('not mine')
    await until(async () => (await durable.get('a')) !== undefined)
    other.abort(new Error('not mine'))
    await left
    mine.abort('not needed anymore')
    for (const run of [first, third])
      expect(await run).toMatchObject({ status: 'cancelled', reason: 'not needed anymore' })
  })
})

describe('a changed graph', () => {
  test('in a rolling deploy, answers and cancels count that come through the version that does not fit, and it leaves the run alone', async () => {
    const version = (isNew: boolean) => {
      const begun = new Pipeline('order').withStage('a', ask)
      const checked: typeof begun = isNew ? (begun.withStage('risk', () => ({ risk: 1 })) as never) : begun
      const asked = checked.withStage('b', ask, { dependencies: isNew ? ['a', 'risk' as 'a'] : ['a'] })
      return (isNew ? asked.withStage('late', ask, { dependencies: ['b'] }) : asked).build()
    }
    const [old, next] = [version(false), version(true)]
    const path = newPath()
    const [here, there] = [open(path), open(path)]
    for (const runId of ['r', 's']) {
      await here.run(old, {}, { runId })
      await there.resume(next, runId, { a: 1 })
    }
    const changed = { code: 'durable-engine/changed-graph' }
    await expect(here.resume(old, 'r', { b: 2 })).rejects.toMatchObject(changed)
    await here.answer(old, 'r', { b: 2 })
    // Its own schema and roles can't be known here.
    await expect(here.answer(old, 'r', { late: 3 } as never)).rejects.toMatchObject(changed)
    expect(await here.recover(old)).toMatchObject([{ runId: 'r', status: 'suspended', error: changed }])
    expect(await there.recover(next)).toMatchObject([{ runId: 'r', status: 'suspended' }])
    expect((await there.resume(next, 'r', { late: 3 } as never)).data).toMatchObject({ b: { answer: 2 } })
    expect(await here.cancel(old, 's', 'withdrawn')).toBe(true)
    expect((await there.get('s'))?.status).toBe('cancelled')
  })

  test('what does not fit is listed in one error, and the run goes on with a graph that fits', async () => {
    const path = newPath()
    await open(path).run(order(), FIVE, { runId: 'a' })
    const changed = new Pipeline('order')
      .withStage('price', () => ({ total: 1 }), 'guard')
      .withMap('approve', { over: () => [1], each: () => ({}) })
      .build()
    const durable = open(path)
    await expect(durable.resume(changed as never, 'a', { approve: 1 })).rejects.toMatchObject({
      code: 'durable-engine/changed-graph',
      message: expect.stringMatching(/stage "price".*kind[^]*stage "approve".*map/) as string,
    })
    const fits = new Pipeline('order')
      .withStage('price', () => ({ total: 1 }))
      .withStage('approve', ask, { dependencies: ['price'] })
      .withStage('new', ({ inputs }) => ({ total: inputs.from('price').total }), { dependencies: ['price', 'approve'] })
      .build()
    expect((await durable.resume(fits, 'a', { approve: 2 })).data).toEqual({
      price: { total: 5 },
      approve: { answer: 2 },
      new: { total: 5 },
    })
  })

  test('stages that a later graph has added are known to the legs after it', async () => {
    const durable = open()
    const before = new Pipeline('p').withStage('a', ask).withStage('b', ask).build()
    const after = new Pipeline('p')
      .withStage('a', ask)
      .withStage('b', ask)
      .withStage('added', () => ({ added: true }))
      .build()
    await durable.run(before, {}, { runId: 'r' })
    expect((await durable.resume(after, 'r', { a: 1 })).data).toMatchObject({ added: { added: true } })
    expect((await durable.resume(after, 'r', { b: 2 })).status).toBe('completed')
    await durable.run(before, {}, { runId: 's' })
    await durable.resume(after, 's', { a: 1 })
    await expect(durable.resume(before, 's', { b: 2 })).rejects.toThrow(
      'the graph has no stage "added", which has settled',
    )
  })

  test('a function of the pipeline that returns something else blocks the run until it is as before', async () => {
    const path = newPath()
    const graph = (isWanted: boolean): StageGraph<any, {}> =>
      new Pipeline('p')
        .withStage('ask', ask)
        .withStage('maybe', () => ({}), { when: () => isWanted })
        .withStage('next', () => ({ next: true }), { dependencies: ['ask'] })
        .build()
    const durable = open(path)
    await durable.run(graph(true), {}, { runId: 'a' })
    await expect(durable.resume(graph(false), 'a', { ask: 1 })).rejects.toMatchObject({ code: 'core/replay' })
    expect(await durable.list({ status: 'blocked' })).toMatchObject([{ runId: 'a', error: { code: 'core/replay' } }])
    expect((await durable.run(graph(true), {}, { runId: 'a' })).status).toBe('completed')
    expect((await durable.get('a'))?.error).toBeUndefined()
  })
})

describe('leases', () => {
  test('close() ends the legs, and the runs go on at once where the journal is opened again', async () => {
    const path = newPath()
    let calls = 0
    const graph = new Pipeline('p')
      .withStage('first', () => ({ first: true }))
      .withStage(
        'work',
        async (context) => {
          if (++calls === 1) await aborted(context)
          return { calls }
        },
        { dependencies: ['first'] },
      )
      .build()
    const first = open(path, { leaseMs: 3_600_000 })
    const run = first.run(graph, {}, { runId: 'a' }).catch((error: unknown) => error)
    const second = open(path, { leaseMs: 3_600_000 })
    await until(() => calls === 1)
    const attached = second.run(graph, {}, { runId: 'a' })
    const report = await first.close()
    expect(report).toEqual({ released: ['a'], stillRunning: [], error: undefined })
    expect(Object.isFrozen(report)).toBe(true)
    expect(await run).toMatchObject({ code: 'durable-engine/closed' })
    expect((await attached).data).toEqual({ first: { first: true }, work: { calls: 2 } })
    expect(await first.close()).toBe(report)
    for (const act of [() => first.run(graph, {}, { runId: 'b' }), () => first.list(), () => first.cancel('a', 'x')])
      await expect(act()).rejects.toMatchObject({ code: 'durable-engine/closed' })
  })

  test('a second process leaves a run alone while the lease of the first one holds', async () => {
    const path = newPath()
    const held = gate()
    let calls = 0
    const graph = new Pipeline('p')
      .withStage('work', async () => {
        calls++
        await held.promise
        return { calls }
      })
      .build()
    const run = open(path, { leaseMs: 3_600_000 }).run(graph, {}, { runId: 'a' })
    await until(() => calls === 1)
    const attached = open(path, { leaseMs: 3_600_000 }).run(graph, {}, { runId: 'a' })
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(await change(path, 'SELECT fence, leg FROM runs')).toEqual([{ fence: 1, leg: 1 }])
    held.resolve()
    for (const each of [run, attached]) expect((await each).data).toEqual({ work: { calls: 1 } })
  })

  test('only runs whose code ignores its signal keep their lease when the journal is closed', async () => {
    const path = newPath()
    const end = gate()
    const running: string[] = []
    const left: string[] = []
    const graph = new Pipeline('p')
      .withStage('work', async (context) => {
        const { inputText = '' } = context.snapshot
        running.push(inputText)
        if (inputText === 'deaf') await end.promise
        else if (running.length <= 2) await aborted(context).finally(() => left.push(inputText))
        return { done: true }
      })
      .build()
    const durable = open(path, { leaseMs: 3_600_000 })
    const runs = ['deaf', 'polite'].map((inputText) => durable.run(graph, { inputText }, { runId: inputText }))
    const settled = Promise.allSettled(runs)
    await until(() => running.length === 2)
    const controller = new AbortController()
    const closed = durable.close({ timeoutMs: Infinity, signal: controller.signal })
    await until(() => left.length === 1)
    // What follows from that takes no timer.
    await new Promise((resolve) => setTimeout(resolve))
    controller.abort()
    expect(await closed).toEqual({ released: ['polite'], stillRunning: ['deaf'], error: undefined })
    expect((await settled).map((each) => (each as PromiseRejectedResult).reason.code)).toEqual([
      'durable-engine/closed',
      'durable-engine/closed',
    ])
    expect(await change(path, 'SELECT runs.id FROM owners JOIN runs ON owners.id = owner')).toEqual([{ id: 'deaf' }])
    expect((await open(path).run(graph, { inputText: 'polite' }, { runId: 'polite' })).status).toBe('completed')
    end.resolve()
  })

  test('close() waits as long as timeoutMs by the clock of the machine, although that of the handle stands still', async () => {
    const end = gate()
    let calls = 0
    const graph = new Pipeline('p').withStage('work', () => (calls++, end.promise)).build()
    const durable = open(newPath(), { clock: manualClock() })
    const run = durable.run(graph, {}, { runId: 'a', graceMs: 3_600_000 }).catch((error: unknown) => error)
    await until(() => calls === 1)
    expect(await durable.close({ timeoutMs: 20 })).toEqual({ released: [], stillRunning: ['a'], error: undefined })
    expect(await run).toMatchObject({ code: 'durable-engine/closed' })
    end.resolve()
  })

  test('a signal ends the wait of close(), and the code that it waited for is named', async () => {
    const end = gate()
    let calls = 0
    const graph = new Pipeline('p').withStage('work', () => (calls++, end.promise)).build()
    const clock = manualClock()
    const durable = open(newPath(), { clock })
    const run = durable.run(graph, {}, { runId: 'a' }).catch((error: unknown) => error)
    await until(() => calls === 1)
    const controller = new AbortController()
    const closed = durable.close({ timeoutMs: Infinity, signal: controller.signal })
    controller.abort()
    expect(await closed).toEqual({ released: [], stillRunning: ['a'], error: undefined })
    expect(await run).toMatchObject({ code: 'durable-engine/closed' })
    end.resolve()
  })

  test('a leg that has lost its lease writes nothing more, and its caller gets the result of the other process', async () => {
    const path = newPath()
    const leaseMs = 3_600_000
    const [first, second] = [open(path, { leaseMs }), open(path, { leaseMs })]
    const held = gate()
    let calls = 0
    const graph = new Pipeline('p')
      .withStage('work', async () => {
        const call = ++calls
        if (call === 1) await held.promise
        return { call }
      })
      .build()
    const run = first.run(graph, {}, { runId: 'a' })
    await until(() => calls === 1)
    await change(path, 'DELETE FROM owners')
    expect((await second.run(graph, {}, { runId: 'a' })).data).toEqual({ work: { call: 2 } })
    held.resolve()
    expect((await run).data).toEqual({ work: { call: 2 } })
    expect(await change(path, 'SELECT key FROM facts')).toEqual([{ key: 'work' }])
  })

  test('a short lease is renewed before it ends', async () => {
    let beats = 0
    // Other handles, with longer leases, may be open.
    afterBeats(({ ms }) => (beats += Number(ms <= 60 / 3)))
    const held = gate()
    const graph = new Pipeline('p').withStage('work', () => held.promise.then(() => ({}))).build()
    const durable = open(newPath(), { leaseMs: 60 })
    const run = durable.run(graph, {}, { runId: 'a' })
    await until(() => beats > 2)
    held.resolve()
    expect((await run).status).toBe('completed')
  })

  test('a leg hears of its loss when it renews its lease: its code is aborted, and no key runs twice at once here', async () => {
    const path = newPath()
    const durable = open(path, { leaseMs: 60 })
    let atOnce = 0
    let most = 0
    let calls = 0
    const graph = new Pipeline('p')
      .withStage('work', async (context) => {
        most = Math.max(most, ++atOnce)
        const call = ++calls
        try {
          if (call === 1) await aborted(context)
        } catch (reason) {
          expect(reason).toMatchObject({ code: 'durable-engine/lease-lost' })
          throw reason
        } finally {
          await new Promise((resolve) => setTimeout(resolve, 30))
          atOnce--
        }
        return { call }
      })
      .build()
    const run = durable.run(graph, {}, { runId: 'a' })
    await until(() => calls === 1)
    // Another process takes the run, and dies.
    await change(path, "UPDATE runs SET fence = fence + 1, owner = 'other'")
    expect((await run).data).toEqual({ work: { call: 2 } })
    expect([most, calls]).toEqual([1, 2])
  })

  test('a key whose code ignores its signal does not begin again in this process', async () => {
    const path = newPath()
    const durable = open(path, { leaseMs: 60 })
    const end = gate()
    let calls = 0
    const graph = new Pipeline('p')
      .withStage('deaf', async () => {
        if (++calls === 1) await end.promise
        return {}
      })
      .build()
    const run = durable.run(graph, {}, { runId: 'a', graceMs: 10 })
    await until(() => calls === 1)
    await change(path, "UPDATE runs SET fence = fence + 1, owner = 'other'")
    await expect(run).rejects.toMatchObject({ code: 'durable-engine/still-running' })
    expect(calls).toBe(1)
    end.resolve()
    expect((await open(path).run(graph, {}, { runId: 'a' })).status).toBe('completed')
  })
})

describe('recover', () => {
  test('the runs of a graph whose process has died go on, and each tells how it has ended', async () => {
    const path = newPath()
    const first = open(path)
    const held = gate()
    let isHeld = true
    const graph = new Pipeline('p')
      .withStage('work', async ({ snapshot }) => {
        if (isHeld) await held.promise
        if (snapshot.inputText === 'bad') throw new Error('bad input')
        return { done: snapshot.inputText }
      })
      .build()
    const other = new Pipeline('other').withStage('a', ask).build()
    const runs: Promise<unknown>[] = []
    for (const inputText of ['one', 'two', 'bad']) {
      runs.push(first.run(graph, { inputText }, { runId: inputText }))
      await until(async () => (await first.list()).length === runs.length)
    }
    const settled = Promise.allSettled(runs)
    await first.run(other, {}, { runId: 'of another pipeline' })
    isHeld = false
    await change(path, 'DELETE FROM owners')
    const recovered = await open(path).recover(graph)
    expect(recovered).toMatchObject([
      { runId: 'one', status: 'completed' },
      { runId: 'two', status: 'completed' },
      { runId: 'bad', status: 'failed', error: { message: 'bad input' } },
    ])
    held.resolve()
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  })

  test('a run whose legs end with their process again and again fails by name, without running its code', async () => {
    const path = newPath()
    let calls = 0
    const graph = new Pipeline('p')
      .withStage('ask', ask)
      .withStage('work', () => ({ calls: ++calls }), { dependencies: ['ask'] })
      .build()
    await open(path).run(graph, {}, { runId: 'a' })
    // As three legs without a new fact leave it.
    await change(path, `UPDATE runs SET status = 'running', owner = 'dead', facts_before = 1, crashes = 2`)
    const run = open(path, { maxRecoveries: 2 }).run(graph, {}, { runId: 'a' })
    await expect(run).rejects.toMatchObject({
      result: { status: 'failed', errors: [{ code: 'durable-engine/crash-loop' }] },
    })
    expect(calls).toBe(0)
    expect((await open(path).get('a'))?.status).toBe('failed')
  })

  test('runs whose process dies later are taken over too, until the journal is closed', async () => {
    const path = newPath()
    const watcher = open(path)
    let isHeld = true
    const held = gate()
    const graph = new Pipeline('p')
      .withStage('work', async () => {
        if (isHeld) await held.promise
        return { done: true }
      })
      .build()
    expect(await watcher.recover(graph)).toEqual([])
    const dying = open(path)
    const run = dying.run(graph, {}, { runId: 'a' })
    await until(async () => (await watcher.get('a')) !== undefined)
    isHeld = false
    await change(path, 'DELETE FROM owners')
    await until(async () => (await watcher.get('a'))?.status === 'completed')
    held.resolve()
    expect((await run).status).toBe('completed')
  })

  test('many runs are recovered some at a time, and none is begun once the journal is being closed', async () => {
    const path = newPath()
    let isHeld = false
    let begun = 0
    const graph = new Pipeline('p')
      .withStage('a', (context) => {
        begun++
        return isHeld ? aborted(context) : { done: true }
      })
      .build()
    const first = open(path)
    await first.run(graph, {}, { runId: 'first' })
    const copyOf = (count: number): string => `
      WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${count})
      INSERT INTO runs (id, pipeline, graph, status, owner, fence, leg, facts_before, crashes, started_at, updated_at, input, options)
      SELECT 'copy ' || counted.n, pipeline, graph, 'running', 'dead', 1, 1, 0, 0, started_at, updated_at, input, options
      FROM counted, runs WHERE runs.id = 'first' RETURNING id`
    expect(await change(path, copyOf(200))).toHaveLength(200)
    const recovered = await first.recover(graph)
    expect(recovered).toHaveLength(200)
    expect(new Set(recovered.map(({ status }) => status))).toEqual(new Set(['completed']))
    begun = 0
    isHeld = true
    // The facts first: recover would take the runs over with them.
    await change(path, 'DELETE FROM facts')
    await change(path, `UPDATE runs SET status = 'running', owner = 'dead'`)
    await until(() => begun === 64)
    await first.close()
    expect(begun).toBe(64)
    expect(await change(path, `SELECT count(*) AS untouched FROM runs WHERE owner = 'dead'`)).toEqual([
      { untouched: 137 },
    ])
  })

  test('the last call for a pipeline takes the place of those before it', async () => {
    const path = newPath()
    const calls: string[] = []
    const version = (name: string) =>
      new Pipeline('p')
        .withStage('a', () => {
          calls.push(name)
          return {}
        })
        .build()
    const durable = open(path)
    await durable.recover(version('old'))
    await durable.recover(version('new'))
    const other = open(path)
    await other.run(new Pipeline('p').withStage('a', ask).build(), {}, { runId: 'a' })
    // Its process died before it carried the stage out.
    await change(path, 'DELETE FROM facts')
    await change(path, `UPDATE runs SET status = 'running', owner = 'dead'`)
    await until(async () => (await durable.get('a'))?.status === 'completed')
    expect(calls).toEqual(['new'])
  })

  test('a run that does not fit is told with its error, and the others go on', async () => {
    const path = newPath()
    const first = open(path)
    await first.run(order(), FIVE, { runId: 'a' })
    await first.run(order(), FIVE, { runId: 'b' })
    // Both have got an answer, but their process died before it carried them on.
    await change(
      path,
      `INSERT INTO inbox (run, kind, key, value) SELECT n, 'answer', 'approve', '{"answer":1}' FROM runs`,
    )
    await change(
      path,
      `UPDATE graphs SET fingerprint = replace(fingerprint, '"kind":"transform"', '"kind":"work"') WHERE id = 1`,
    )
    const wrong = await open(path).recover(order())
    expect(wrong).toMatchObject(
      ['a', 'b'].map((runId) => ({ runId, status: 'suspended', error: { code: 'durable-engine/changed-graph' } })),
    )
    await change(
      path,
      `UPDATE graphs SET fingerprint = replace(fingerprint, '"kind":"work"', '"kind":"transform"') WHERE id = 1`,
    )
    expect(await open(path).recover(order())).toMatchObject([{ status: 'completed' }, { status: 'completed' }])
  })
})

test('the options of a run may be getters of a class', async () => {
  class Options {
    get runId(): string {
      return 'getters'
    }
    get timeoutMs(): number {
      return 60_000
    }
    get ports(): { readonly word: string } {
      return { word: 'Hello' }
    }
  }
  const durable = open()
  const graph = Pipeline.withPorts<{ readonly word: string }>('ports')
    .withStage('say', ({ ports }) => ({ word: ports.word }))
    .build()
  const { data } = await durable.run(graph, {}, new Options())
  expect(data.say).toEqual({ word: 'Hello' })
  expect(await durable.get('getters')).toMatchObject({ status: 'completed' })
})
