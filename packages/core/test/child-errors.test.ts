import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { childOf, retryUpTo, withPart } from './interceptors.ts'
import { resumeRun, runDurable } from '../src/durable.ts'
import { asStage, Pipeline, StageKind, StageOutput, StageflowError } from '../src/index.ts'
import type { Interceptor, StageContext, SuspendedResult } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import { ArrayExecutor } from './array-executor.ts'

type Work = (context: StageContext<{}>) => object | Promise<object>
type Runs = 'completed' | 'cancelled' | 'failed' | 'suspended'

const OPEN = new StageflowError('circuit-breaker/open', 'the circuit is open')
const open = () => StageOutput.fail(OPEN, { retryable: false, data: { afterMs: 900 } })
const throws = (): never => {
  throw OPEN
}

/** A child of which `first` completes before `second` does `work`. */
const childThat = (work: Work) =>
  new Pipeline('child')
    .withStage('first', () => ({ one: 1 }))
    .withStage('second', work as () => object, { dependencies: ['first'] })

/** The ways in which a stage ends as its child ends. */
const WAYS: Readonly<Record<string, (work: Work) => Pipeline<{ outer: never }, {}>>> = {
  withPipeline: (work) => new Pipeline('demo').withPipeline('outer', childThat(work)) as never,
  asStage: (work) => new Pipeline('demo').withStage('outer', asStage(childThat(work))) as never,
  orFail: (work) =>
    new Pipeline('demo').withStage('outer', ({ runChild }) => runChild(childThat(work)).orFail()) as never,
  'orFail of a child two levels down': (work) =>
    new Pipeline('demo').withPipeline(
      'outer',
      new Pipeline('middle').withStage('inner', ({ runChild }) => runChild(childThat(work)).orFail()),
    ) as never,
  'orFail in an item of a map': (work) =>
    new Pipeline('demo').withMap('outer', {
      over: () => [1],
      each: (_one, { runChild }) => runChild(childThat(work)).orFail(),
    }) as never,
}

const AROUND: Readonly<Record<string, readonly Interceptor[]>> = {
  bare: [],
  'with a layer and a part': [retryUpTo(1), withPart('part', () => ({}))],
}

describe.each(Object.keys(WAYS))('%s:', (way) => {
  const build = (work: Work, interceptors: readonly Interceptor[] = []) =>
    (WAYS[way] as (typeof WAYS)[string])(work).build({ clock, interceptors })

  describe.each(Object.keys(AROUND))('%s,', (around) => {
    const interceptors = AROUND[around] as readonly Interceptor[]

    test.each<[how: string, work: Work]>([
      ['returned', open],
      ['returned late', async ({ clock: time }) => (await time.sleep(5), open())],
    ])("a stage fails with the child's own error, retryable and data: %s", async (_how, work) => {
      const settled = build(work, interceptors).runSettled()
      await clock.advance(5)
      const result = await settled
      const output = result.outputs.outer as { error?: unknown } | undefined
      expect(output).toMatchObject({ status: 'fail', retryable: false, data: { afterMs: 900, first: { one: 1 } } })
      expect(output?.error).toBe(OPEN)
      expect(result).toMatchObject({
        status: 'failed',
        errors: [{ code: 'circuit-breaker/open', message: 'the circuit is open', stage: 'outer' }],
      })
    })

    test('a thrown error of the child is that of the stage, which says nothing about a retry', async () => {
      const result = await build(throws, interceptors).runSettled()
      const { error, ...output } = result.outputs.outer as unknown as { error: unknown; retryable: unknown }
      expect(error).toBe(OPEN)
      expect(output.retryable).toBeUndefined()
    })
  })

  test('the report and the results of the child name the stage that failed', async () => {
    const result = await build(open).runSettled()
    const paths = Object.entries(result.children).filter(([, { report }]) => report.pipeline === 'child')
    expect(paths).toHaveLength(1)
    expect(paths[0]?.[1].errors).toMatchObject([{ code: 'circuit-breaker/open', stage: 'second' }])
    expect(JSON.stringify(result.report)).toContain('"stage":"second"')
  })

  test('a child that times out gives the stage its own error', async () => {
    const never = new Pipeline('child').withStage('hangs', ({ signal }) => clock.sleep(1_000, signal) as never)
    const settled = new Pipeline('demo')
      .withStage('outer', ({ runChild }) => runChild(never, {}, { timeoutMs: 10 }).orFail())
      .build({ clock })
      .runSettled()
    await clock.advance(10)
    expect(await settled).toMatchObject({ errors: [{ code: 'core/timed-out', stage: 'outer' }] })
  })

  test('a cancelled child skips what started it, and the run goes on', async () => {
    const result = await build(() => StageOutput.cancel('not today')).run()
    expect(result.status).toBe('completed')
    const { outer } = result.outputs as Record<string, unknown>
    const skipped = { status: 'skip', reason: expect.stringContaining('not today') as string }
    expect(outer).toMatchObject(
      way.includes('item')
        ? { status: 'ok', data: { items: [undefined] } }
        : way.includes('two')
          ? { status: 'ok', data: {} }
          : skipped,
    )
  })

  test('a suspended child suspends what started it, and the answer reaches the child', async () => {
    const graph = build(({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('May I?') : { said: resumed.answer },
    )
    const first = await graph.run()
    expect(first.status).toBe('suspended')
    const nest = (leaf: unknown): object => {
      const inside = { second: leaf }
      return way.includes('item')
        ? { outer: { 0: inside } }
        : way.includes('two')
          ? { outer: { inner: inside } }
          : { outer: inside }
    }
    expect((first as SuspendedResult<unknown>).requests).toEqual(nest('May I?'))
    const stored = JSON.parse(JSON.stringify(first)) as SuspendedResult<never>
    const last = await resumeRun(graph, stored, nest('yes') as never)
    expect(last.status).toBe('completed')
    expect(JSON.stringify(last.data)).toContain('{"first":{"one":1},"second":{"said":"yes"}}')
  })

  test('a child that fails once it was resumed gives the stage its own error', async () => {
    const graph = build(({ resumed }) => (resumed === undefined ? StageOutput.suspend('May I?') : open()))
    const stored = JSON.parse(JSON.stringify(await graph.run())) as SuspendedResult<never>
    const inside = { second: 'yes' }
    const answers = way.includes('item')
      ? { outer: { 0: inside } }
      : way.includes('two')
        ? { outer: { inner: inside } }
        : { outer: inside }
    const failure: unknown = await resumeRun(graph, stored, answers as never).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'core/pipeline-failed',
      cause: OPEN,
      result: { outputs: { outer: { retryable: false, data: { afterMs: 900 } } } },
    })
  })

  test.each(['returned', 'thrown'])(
    'in each leg of a durable run a stage ends with the own error of its child: %s',
    async (how) => {
      const graph = (WAYS[way] as (typeof WAYS)[string])(how === 'returned' ? open : throws).build()
      const first = new ArrayExecutor()
      const ended = {
        status: 'failed',
        errors: [{ code: 'circuit-breaker/open', stage: 'outer' }],
        outputs: {
          outer: {
            status: 'fail',
            ofChild: true,
            data: { first: { one: 1 }, ...(how === 'returned' && { afterMs: 900 }) },
            ...(how === 'returned' && { retryable: false }),
          },
        },
      }
      expect(await runDurable(graph, first)).toMatchObject(ended)
      for (let cut = 0; cut <= first.facts.length; cut++) {
        const later = new ArrayExecutor(first.facts.slice(0, cut), { leg: 2 })
        expect(await runDurable(graph, later), `cut ${cut}`).toMatchObject(ended)
      }
    },
  )
})

test('orFail gives the data of a completed child, which the stage can return as it is', async () => {
  const graph = new Pipeline('demo')
    .withStage('sum', async ({ runChild }) => ({ n: (await runChild(childThat(() => ({}))).orFail()).first.one + 1 }))
    .withStage('whole', ({ runChild }) => runChild(childThat(() => ({}))).orFail())
    .build({ clock })
  expect((await graph.run()).data).toEqual({ sum: { n: 2 }, whole: { first: { one: 1 }, second: {} } })
})

test.each<[ends: Runs, work: Work, code: string]>([
  ['failed', open, 'circuit-breaker/open'],
  ['cancelled', () => StageOutput.cancel('no'), 'core/child-cancelled'],
  ['suspended', () => StageOutput.suspend('?'), 'core/child-suspended'],
])('a catch around orFail of a %s child sees its own code, and the stage goes on', async (_ends, work, code) => {
  const graph = new Pipeline('demo')
    .withStage('outer', async ({ runChild }) => {
      try {
        return await runChild(childThat(work)).orFail()
      } catch (error) {
        return { caught: (error as StageflowError).code, says: (error as Error).message }
      }
    })
    .build({ clock })
  expect((await graph.run()).data.outer).toMatchObject({ caught: code, says: expect.stringMatching(/\w/) as string })
})

test('a stage that throws the error of its child inside another error fails with that one', async () => {
  const result = await new Pipeline('demo')
    .withStage('outer', async ({ runChild }) => {
      await runChild(childThat(open))
        .orFail()
        .catch((cause: unknown) => {
          throw new StageflowError('acme/no-answer', 'no answer', { cause })
        })
    })
    .build({ clock })
    .runSettled()
  expect(result).toMatchObject({ errors: [{ code: 'acme/no-answer', cause: { code: 'circuit-breaker/open' } }] })
  expect(result.outputs.outer).not.toHaveProperty('data.afterMs')
  expect(result.outputs.outer).not.toMatchObject({ ofChild: true })
})

test('one error object that children of two runs, and a plain stage, throw ends each of them with what was said beside it', async () => {
  const saying = (afterMs: number) => childThat(() => StageOutput.fail(OPEN, { data: { afterMs } }))
  const graphs = [1, 2].map((afterMs) =>
    new Pipeline('demo')
      .withStage('outer', async ({ runChild, clock: time }) => {
        await time.sleep(5)
        return runChild(saying(afterMs)).orFail()
      })
      .build({ clock }),
  )
  const plain = new Pipeline('plain')
    .withStage('outer', async ({ clock: time }) => {
      await time.sleep(5)
      throw OPEN
    })
    .build({ clock })
  const settled = Promise.all([...graphs, plain].map((graph) => graph.runSettled()))
  await clock.advance(5)
  const outputs = (await settled).map(
    ({ outputs: { outer } }) => outer as { data?: { afterMs?: number }; error?: unknown },
  )
  expect(outputs.map(({ data }) => data?.afterMs)).toEqual([1, 2, undefined])
  expect(outputs.every(({ error }) => error === OPEN)).toBe(true)
})

test('the same error object at a second attempt ends the stage with what its second child said', async () => {
  let calls = 0
  const child = childThat(() => StageOutput.fail(OPEN, { data: { call: ++calls } })).build({ clock })
  const result = await new Pipeline('demo')
    .withStage('outer', ({ runChild }) => runChild(child).orFail())
    .build({ clock, interceptors: [retryUpTo(2)] })
    .runSettled()
  expect(result.outputs.outer).toMatchObject({ data: { call: 2 } })
})

test('a child that the own data of two levels describe keeps that of the stage which failed', async () => {
  const inner = new Pipeline('inner')
    .withStage('first', () => ({ one: 1 }))
    .withStage('fails', () => StageOutput.fail(OPEN, { data: { first: 'own', afterMs: 1 } }), {
      dependencies: ['first'],
    })
  const middle = new Pipeline('middle')
    .withStage('before', () => ({ two: 2 }))
    .withPipeline('inner', inner, { dependencies: ['before'] })
  const result = await new Pipeline('demo').withPipeline('outer', middle).build({ clock }).runSettled()
  expect(result.outputs.outer).toMatchObject({ data: { before: { two: 2 }, first: 'own', afterMs: 1 }, ofChild: true })
  expect(result.children['outer/inner']).toMatchObject({ errors: [{ stage: 'fails' }], data: { first: { one: 1 } } })
})

test('onFailure tolerates the own error of a child', async () => {
  const result = await new Pipeline('demo')
    .withPipeline('outer', childThat(open), { onFailure: { fallback: { instead: true } } })
    .build({ clock })
    .run()
  expect(result.data.outer).toEqual({ instead: true })
  expect(result.report.stages.outer).toMatchObject({ tolerated: true, error: { code: 'circuit-breaker/open' } })
})

test('an interceptor that fails the child run gives the stage its error', async () => {
  const failing: Interceptor = {
    name: 'budget',
    wrapRun: (next) => async (run) => {
      const outcome = await next(run)
      return run.parent === undefined ? outcome : run.fail(new StageflowError('acme/over-budget', 'too dear'))
    },
  }
  const result = await new Pipeline('demo')
    .withPipeline('outer', childOf())
    .build({ clock, interceptors: [failing] })
    .runSettled()
  expect(result).toMatchObject({
    errors: [{ code: 'acme/over-budget', stage: 'outer' }],
    outputs: { outer: { data: { inner: { inner: true } } } },
  })
})

test('an interceptor that lets the rejection of orFail pass fails its stage as one that threw', async () => {
  const running: Interceptor = {
    name: 'running',
    wrap: (next) => async (context) => {
      if (context.run.parent === undefined)
        await (context as unknown as StageContext).runChild(childThat(open)).orFail()
      return next(context)
    },
  }
  const result = await new Pipeline('demo')
    .withStage('outer', () => ({}))
    .build({ clock, interceptors: [running] })
    .runSettled()
  expect(result).toMatchObject({
    errors: [{ code: 'core/interceptor-threw', cause: { code: 'circuit-breaker/open' } }],
  })
})

test('a run that is cancelled while orFail waits ends as cancelled', async () => {
  const waits = new Pipeline('child').withStage('waits', ({ signal }) => clock.sleep(1_000, signal) as never)
  const run = new Pipeline('demo')
    .withStage('outer', ({ runChild }) => runChild(waits).orFail())
    .build({ clock })
    .start()
  await clock.advance(1)
  run.cancel('enough')
  expect(await run.settled).toMatchObject({
    status: 'cancelled',
    reason: 'enough',
    outputs: { outer: { status: 'cancel' } },
  })
})

test('neither the result nor orFail leaves an unhandled rejection if only the other is used', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  const loops: Pipeline<{}, {}> = new Pipeline('loops').withStage('outer', async ({ runChild }) => {
    const codes: unknown[] = []
    const keep = (error: unknown): void => void codes.push((error as StageflowError).code)
    codes.push((await runChild(childThat(open))).status)
    await runChild(childThat(open)).orFail().catch(keep)
    // The child can't start: both would reject.
    await runChild(loops as never).catch(keep)
    await runChild(loops as never)
      .orFail()
      .catch(keep)
    return { codes }
  })
  const { data } = await loops.build({ clock }).run()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(data).toEqual({
    outer: { codes: ['failed', 'circuit-breaker/open', 'core/child-cycle', 'core/child-cycle'] },
  })
  expect(unhandled).toEqual([])
})

describe('a repeated child whose guard is a child itself', () => {
  const repeated = (work: Work) =>
    new Pipeline('demo')
      .withPipeline(
        'answer',
        new Pipeline('draft-then-check').withPipeline('check', childThat(work), { kind: StageKind.GUARD } as never),
        { repeat: repeatUntil('check' as never, { maxAttempts: 2 }) },
      )
      .build({ clock })
      .runSettled()

  test('runs again after a fail that a stage inside the guard returned', async () => {
    expect(await repeated(open)).toMatchObject({ errors: [{ code: 'core/guard-exhausted' }] })
  })
  test('runs once if a stage inside the guard threw', async () => {
    const result = await repeated(throws)
    expect(result).toMatchObject({ errors: [{ code: 'circuit-breaker/open', stage: 'answer' }] })
    expect(Object.keys(result.children)).toEqual(['answer#1', 'answer#1/check'])
  })
})
