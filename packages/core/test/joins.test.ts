import { expect, expectTypeOf, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { sleepFor } from './interceptors.ts'
import { Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type { Join, StageContext } from '../src/index.ts'

type Ending = 'ok' | 'skip' | 'fail'
const NAMES = ['x', 'y', 'z'] as const

/** Three stages that end at 10, 20 and 30 ms, a stage that joins them, and one that needs it. */
function joined(join: Join, endings: readonly [Ending, Ending, Ending], extra: object = {}) {
  const source = (index: number) => async (context: StageContext<{}>) => {
    await context.clock.sleep(10 * (index + 1))
    if (endings[index] === 'skip') return StageOutput.skip('not now')
    if (endings[index] === 'fail') return StageOutput.fail('broken')
    return { n: index }
  }
  return new Pipeline('demo')
    .withStage('x', source(0))
    .withStage('y', source(1))
    .withStage('z', source(2))
    .withStage('join', (context) => ({ saw: NAMES.map((name) => context.inputs.status(name)).join(' ') }), {
      dependencies: NAMES,
      join,
      ...extra,
    })
    .withStage('after', () => ({}), { dependencies: ['join'] })
    .build({ clock })
}

async function outcome(join: Join, endings: readonly [Ending, Ending, Ending]) {
  const settled = joined(join, endings).runSettled({}, { onStageFailure: 'continue' })
  await clock.advance(30)
  const { report, data } = await settled
  const { status, startedAt, endedAt, reason, releasedBy } = report.stages['join'] ?? {}
  return status === 'ok'
    ? `${startedAt! - report.startedAt}: ${data.join?.saw} (${releasedBy})`
    : `${endedAt! - report.startedAt}: ${reason}`
}

test('all: a stage starts when all dependencies have settled, if one was ok', async () => {
  expect(await outcome('all', ['ok', 'ok', 'ok'])).toBe('30: ok ok ok (z)')
  expect(await outcome('all', ['ok', 'skip', 'skip'])).toBe('30: ok skip skip (z)')
  expect(await outcome('all', ['skip', 'skip', 'skip'])).toBe(
    '30: dependency "z" was skipped, so too few dependencies can end ok',
  )
})

test("all: a stage is skipped as soon as a dependency has failed, because a failure isn't a branch that was left out", async () => {
  expect(await outcome('all', ['ok', 'fail', 'ok'])).toBe('20: dependency "y" failed')
  expect(await outcome('all', ['skip', 'fail', 'ok'])).toBe('20: dependency "y" failed')
  expect(await outcome('all', ['ok', 'ok', 'fail'])).toBe('30: dependency "z" failed')
})

/** A guard that throws, a model that answers, and what stands behind both. */
const guarded = (extra: { readonly onFailure?: { readonly fallback: object } } = {}) => {
  const sent: unknown[] = []
  const graph = new Pipeline('demo')
    .withStage(
      'guard',
      (): { score: number } => {
        throw new Error('the guard is broken')
      },
      StageKind.GUARD,
      extra as {},
    )
    .withStage('llm', () => ({ text: 'hello' }))
    .withStage('draft', (context) => ({ score: context.inputs.from('guard').score }), {
      dependencies: ['guard', 'llm'],
    })
    .withStage(
      'send',
      (context) => {
        expectTypeOf(context.inputs.from('draft').score).toEqualTypeOf<number>()
        sent.push(context.inputs.from('draft').score)
      },
      StageKind.WORK,
      { dependencies: ['draft', 'llm'] },
    )
    .withStage('audit', (context) => ({ seen: context.inputs.status('draft') }), {
      dependencies: ['draft', 'llm'],
      join: 'settled',
    })
    .build({ clock })
  return { graph, sent }
}

test("WORK behind a guard that threw doesn't run, directly or further behind, and the run has one error", async () => {
  const { graph, sent } = guarded()
  const result = await graph.runSettled({}, { onStageFailure: 'continue' })
  expect(sent).toEqual([])
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ stage: 'guard', message: 'the guard is broken' }],
    data: { llm: { text: 'hello' }, audit: { seen: 'skip' } },
  })
  const { draft, send } = result.report.stages
  expect([draft, send].map((record) => [record?.status, record?.reason, record?.releasedBy])).toEqual([
    ['skip', 'dependency "guard" failed', 'guard'],
    ['skip', 'dependency "draft" was skipped after stage "guard" failed', 'draft'],
  ])
})

test('the stages behind a failed guard with a fallback run with the fallback', async () => {
  const { graph, sent } = guarded({ onFailure: { fallback: { score: 0 } } })
  expect((await graph.runSettled({}, { onStageFailure: 'continue' })).status).toBe('completed')
  expect(sent).toEqual([0])
})

test("a stage that a failure skipped counts as failed for its dependents, and one that skipped itself doesn't", async () => {
  const behind = (first: 'skip' | 'fail') =>
    new Pipeline('demo')
      .withStage('first', () => (first === 'skip' ? StageOutput.skip('none') : StageOutput.fail('broken')))
      .withStage('ok', () => ({}))
      .withStage('second', () => ({}), { dependencies: ['first'] })
      .withStage('all', () => ({}), { dependencies: ['second', 'ok'] })
      .withStage('any', () => ({}), { dependencies: ['second', 'ok'], join: 'any' })
      .withStage('quorum', () => ({}), { dependencies: ['second', 'ok'], join: { quorum: 1 } })
      .withStage('settled', () => ({}), { dependencies: ['second', 'ok'], join: 'settled' })
      .withStage('every', () => ({}), { dependencies: ['second', 'ok'], join: 'every' })
      .build({ clock })
      .runSettled({}, { onStageFailure: 'continue' })
  const ran = { any: 'ok', quorum: 'ok', settled: 'ok', every: 'skip' }
  const statuses = async (first: 'skip' | 'fail') => {
    const { all, any, quorum, settled, every } = (await behind(first)).outputs
    return Object.fromEntries(
      Object.entries({ all, any, quorum, settled, every }).map(([name, output]) => [name, output?.status]),
    )
  }
  expect(await statuses('skip')).toEqual({ all: 'ok', ...ran })
  expect(await statuses('fail')).toEqual({ all: 'skip', ...ran })
})

test("every: a stage starts when all dependencies were ok, and is skipped as soon as one wasn't", async () => {
  expect(await outcome('every', ['ok', 'ok', 'ok'])).toBe('30: ok ok ok (z)')
  expect(await outcome('every', ['ok', 'skip', 'ok'])).toBe(
    '20: dependency "y" was skipped, so too few dependencies can end ok',
  )
  expect(await outcome('every', ['fail', 'ok', 'ok'])).toBe(
    '10: dependency "x" failed, so too few dependencies can end ok',
  )
})

test('any: a stage starts at the first ok, and is skipped only if no dependency was ok', async () => {
  expect(await outcome('any', ['ok', 'ok', 'ok'])).toBe('10: ok late late (x)')
  expect(await outcome('any', ['skip', 'ok', 'fail'])).toBe('20: skip ok late (y)')
  expect(await outcome('any', ['skip', 'skip', 'skip'])).toBe(
    '30: dependency "z" was skipped, so too few dependencies can end ok',
  )
  expect(await outcome('any', ['skip', 'fail', 'skip'])).toBe(
    '30: dependency "z" was skipped after stage "y" failed, so too few dependencies can end ok',
  )
})

test('quorum: a stage starts at the nth ok, and is skipped as soon as n are out of reach', async () => {
  expect(await outcome({ quorum: 2 }, ['ok', 'ok', 'ok'])).toBe('20: ok ok late (y)')
  expect(await outcome({ quorum: 2 }, ['ok', 'skip', 'ok'])).toBe('30: ok skip ok (z)')
  expect(await outcome({ quorum: 2 }, ['skip', 'fail', 'ok'])).toBe(
    '20: dependency "y" failed, so too few dependencies can end ok',
  )
  expect(await outcome({ quorum: 3 }, ['ok', 'ok', 'ok'])).toBe('30: ok ok ok (z)')
  expect(await outcome({ quorum: 1 }, ['ok', 'skip', 'skip'])).toBe('10: ok late late (x)')
})

test('settled: a stage starts when all dependencies have settled, with any status', async () => {
  expect(await outcome('settled', ['skip', 'fail', 'skip'])).toBe('30: skip fail skip (z)')
})

test('the default join is all, and a skip by an unmet join skips the dependents too, with its reason', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', () => StageOutput.skip('nothing'))
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .withStage('c', () => ({}), { dependencies: ['b'] })
    .withStage('d', (context) => ({ c: context.inputs.status('c') }), { dependencies: ['c'], join: 'settled' })
    .build({ clock })
  expect(graph.info.stages[1]?.join).toBe('all')
  const { outputs, data } = await graph.run()
  expect(outputs.c).toMatchObject({ status: 'skip', reason: 'dependency "b" was skipped' })
  expect(data.d).toEqual({ c: 'skip' })
})

test('late dependencies run on to their end, and the run waits for them', async () => {
  const settled = joined('any', ['ok', 'ok', 'ok']).run()
  await clock.advance(30)
  const result = await settled
  expect(result.report.endedAt).toBe(30)
  expect(result.data).toMatchObject({ x: { n: 0 }, y: { n: 1 }, z: { n: 2 } })
})

test('the inputs of a stage that starts early stay as they were when it started', async () => {
  const graph = new Pipeline('demo')
    .withStage('quick', async () => ({ quick: true }))
    .withStage('slow', async (context) => {
      await context.clock.sleep(10)
      return { slow: true }
    })
    .withStage(
      'any',
      async (context) => {
        await context.clock.sleep(50)
        return {
          status: context.inputs.status('slow'),
          data: context.inputs.from('slow') ?? 'none',
          all: context.inputs.toJSON(),
        }
      },
      { dependencies: ['quick', 'slow'], join: 'any' },
    )
    .build({ clock })
  const settled = graph.run()
  await clock.advance(50)
  expect((await settled).data.any).toEqual({
    status: 'late',
    data: 'none',
    all: { quick: { quick: true }, slow: undefined },
  })
})

test('the inputs of a stage that starts early stay as they were behind a fork too, made at any time', async () => {
  const graph = new Pipeline('demo')
    .withStage('quick', async () => ({ quick: true }))
    .withStage('slow', async (context) => {
      await context.clock.sleep(10)
      return { slow: true }
    })
    .withStage(
      'any',
      (context) => ({ saw: context.inputs.status('slow'), data: context.inputs.from('slow') ?? 'none' }),
      {
        dependencies: ['quick', 'slow'],
        join: 'any',
      },
    )
    .build({
      clock,
      interceptors: [
        {
          name: 'late-fork',
          wrap: (next, { name }) =>
            name !== 'any'
              ? next
              : async (context) => {
                  await context.clock.sleep(50)
                  return next(context.fork().context)
                },
        },
      ],
    })
  const settled = graph.run()
  await clock.advance(50)
  expect((await settled).data.any).toEqual({ saw: 'late', data: 'none' })
})

// ---------- late: 'abort'

function race(other: (context: StageContext) => object | Promise<object>, late: 'abort' | 'finish') {
  const eventSink = recordingSink()
  const graph = new Pipeline('demo')
    .withStage('quick', async (context) => void (await context.clock.sleep(10)))
    .withStage('other', other, { late })
    .withStage('any', () => ({ won: true }), { dependencies: ['quick', 'other'], join: 'any' })
    .build({ clock, eventSink })
  return { graph, eventSink }
}

test("late: 'abort': a stage is aborted with core/late and ends as skipped once no stage can read it", async () => {
  let reason: unknown
  const { graph, eventSink } = race((context) => {
    context.signal.addEventListener('abort', () => {
      reason = context.signal.reason
    })
    return sleepFor(1_000)(context)
  }, 'abort')
  const settled = graph.run()
  await clock.advance(10)
  const result = await settled
  expect(result).toMatchObject({ status: 'completed', outputs: { other: { status: 'skip', reason: 'late' } } })
  expect(reason).toMatchObject({ code: 'core/late', message: expect.stringContaining('"other"') })
  expect(eventSink.types().slice(-3)).toEqual(['stage.any.completed', 'stage.other.skipped', 'pipeline.completed'])
})

test("late: 'finish' is the default: a stage that no stage can read runs on", async () => {
  const { graph } = race(sleepFor(1_000), 'finish')
  const settled = graph.run()
  await clock.advance(1_000)
  expect((await settled).outputs.other).toMatchObject({ status: 'ok', data: { slept: 1_000 } })
})

test("late: 'abort': a stage that ignores its signal settles at once, and its code has the grace time", async () => {
  const { graph } = race(() => new Promise<object>(() => {}), 'abort')
  const settled = graph.run({}, { graceMs: 100 })
  await clock.advance(110)
  const { report } = await settled
  expect(report.stages['other']).toMatchObject({ status: 'skip', reason: 'late', endedAt: 10, abandoned: true })
  expect(report.endedAt).toBe(110)
})

test("late: 'abort': a stage that is late before it could start never starts, and its dependencies are late too", async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('slow', sleepFor(1_000), { late: 'abort' })
    .withStage('waiting', () => void log.push('waiting'), { dependencies: ['slow'], late: 'abort' })
    .withStage('gate', () => StageOutput.skip('closed'))
    .withStage('reader', () => void log.push('reader'), { dependencies: ['waiting', 'gate'], join: 'every' })
    .build({ clock })
  const result = await graph.run()
  expect(log).toEqual([])
  expect(result.report.stages).toMatchObject({
    reader: { status: 'skip' },
    waiting: { status: 'skip', reason: 'late', startedAt: undefined },
    slow: { status: 'skip', reason: 'late' },
  })
  expect(result.report.endedAt).toBe(0)
})

test("late: 'abort': a stage that another stage can still read isn't late", async () => {
  const graph = new Pipeline('demo')
    .withStage('quick', () => ({}))
    .withStage('slow', sleepFor(1_000), { late: 'abort' })
    .withStage('any', () => ({}), { dependencies: ['quick', 'slow'], join: 'any' })
    .withStage('needs', () => ({ got: true }), { dependencies: ['slow'] })
    .build({ clock })
  const settled = graph.run()
  await clock.advance(1_000)
  expect((await settled).data).toMatchObject({ needs: { got: true } })
})

test("a late stage that throws after it settled doesn't fail the run", async () => {
  const { graph } = race(async (context) => {
    await context.clock.sleep(50)
    throw new Error('unheard')
  }, 'abort')
  const settled = graph.run()
  await clock.advance(50)
  expect(await settled).toMatchObject({ status: 'completed', report: { stages: { other: { status: 'skip' } } } })
})

// ---------- onFailure

test("onFailure: 'skip': dependents see a skip, the record has fail, the event is failed, and both are tolerated", async () => {
  const eventSink = recordingSink()
  const graph = new Pipeline('demo')
    .withStage(
      'a',
      () => {
        throw new Error('down')
      },
      { onFailure: 'skip' },
    )
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .withStage('c', (context) => ({ a: context.inputs.status('a') }), { dependencies: ['a'], join: 'settled' })
    .build({ clock, eventSink })
  const result = await graph.run()
  expect(result).toMatchObject({ status: 'completed', data: { c: { a: 'skip' } } })
  expect(result.outputs).toMatchObject({
    a: { status: 'skip', reason: 'its failure is tolerated (onFailure)' },
    b: { status: 'skip' },
  })
  expect(result.report.stages['a']).toMatchObject({
    status: 'fail',
    tolerated: true,
    error: { message: 'down', stage: 'a' },
  })
  expect(eventSink.events.find(({ type }) => type === 'stage.a.failed')?.data).toMatchObject({
    tolerated: true,
    error: { message: 'down' },
  })
})

test('onFailure with a fallback: dependents and outputs see the fallback, frozen', async () => {
  const graph = new Pipeline('demo')
    .withStage(
      'a',
      async (): Promise<{ tags: readonly string[] }> => {
        throw new Error('down')
      },
      { onFailure: { fallback: { tags: ['default'] } } },
    )
    .withStage('b', (context) => ({ tags: context.inputs.from('a').tags, saw: context.inputs.status('a') }), {
      dependencies: ['a'],
    })
    .build({ clock })
  const result = await graph.run()
  expect(result.data).toEqual({ a: { tags: ['default'] }, b: { tags: ['default'], saw: 'ok' } })
  expect(result.outputs).toMatchObject({ a: { status: 'ok', data: { tags: ['default'] } } })
  expect(result.report.stages['a']).toMatchObject({ status: 'fail', tolerated: true })
  expect(Object.isFrozen((result.data as { a: { tags: object } }).a.tags)).toBe(true)
})

test('onFailure tolerates a retry that no interceptor repeated, and an illegal output', async () => {
  const graph = new Pipeline('demo')
    .withStage('retry', () => StageOutput.retry('busy'), { onFailure: 'skip' })
    .withStage('illegal', () => 5 as never, { onFailure: { fallback: { instead: true } } })
    .build({ clock })
  const result = await graph.run()
  expect(result).toMatchObject({ status: 'completed', data: { illegal: { instead: true } } })
  expect(result.report.stages).toMatchObject({
    retry: { error: { code: 'core/retry-exhausted' } },
    illegal: { error: { code: 'core/illegal-output' } },
  })
})

test('with any over providers that tolerate their failures, the first ok counts', async () => {
  const provider = (ms: number, ok: boolean) => async (context: StageContext<{}>) => {
    await context.clock.sleep(ms, context.signal)
    if (!ok) throw new Error('down')
    return { ms }
  }
  const tolerant = { onFailure: 'skip', late: 'abort' } as const
  const graph = new Pipeline('demo')
    .withStage('first', provider(10, false), tolerant)
    .withStage('second', provider(50, true), tolerant)
    .withStage('third', provider(90, true), tolerant)
    .withStage(
      'answer',
      (context) => ({ ms: NAMES_OF.map((name) => context.inputs.from(name)?.ms).find((ms) => ms !== undefined) }),
      { dependencies: ['first', 'second', 'third'], join: 'any' },
    )
    .build({ clock })
  const settled = graph.run()
  await clock.advance(50)
  const result = await settled
  expect(result.data).toMatchObject({ answer: { ms: 50 } })
  expect(result.report.endedAt).toBe(50)
})
const NAMES_OF = ['first', 'second', 'third'] as const

test("get of a key throws while another dependency that may have the key hasn't settled (core/ambiguous-input)", async () => {
  const graph = new Pipeline('demo')
    .withStage('quick', async () => ({ text: 'quick' }))
    .withStage('slow', async (context) => {
      await context.clock.sleep(10)
      return { text: 'slow' }
    })
    .withStage('any', (context) => ({ got: context.inputs.get('text') }), {
      dependencies: ['quick', 'slow'],
      join: 'any',
    })
    .build({ clock })
  const settled = graph.runSettled()
  await clock.advance(10)
  expect(await settled).toMatchObject({
    status: 'failed',
    errors: [
      {
        code: 'core/ambiguous-input',
        stage: 'any',
        message: expect.stringContaining('which both "quick" and "slow" may return'),
      },
    ],
  })
})
