import { describe, expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { runStage, withPart } from './interceptors.ts'
import { WAYS } from './ways.ts'
import { Pipeline, createSlot } from '../src/index.ts'
import type { Interceptor, InterceptorContext, StageContext, StageRecord } from '../src/index.ts'

describe.each(WAYS)('%s,', (_, beside) => {
  test('the context of a part has the facts of the call, when it begins and when it ends', async () => {
    const seen: Record<string, unknown> = {}
    const facts = (context: InterceptorContext): object => {
      const { attempt, startedAt, now, aborted, record } = context
      const { status, startedAt: since, endedAt, attempts } = record
      const calls = attempts.map((each) => [each.startedAt, each.endedAt, each.status, each.error?.message])
      return { attempt, startedAt, now, aborted, record: [status, since, endedAt], calls }
    }
    const watch = withPart('watch', (context, { name }) => {
      seen[`${name} asked`] = facts(context)
      return { ended: () => void (seen[`${name} answered`] = facts(context)) }
    })
    const run = new Pipeline('demo')
      .withStage('waits', (context) => context.clock.sleep(10))
      .withStage('quick', () => ({}), { dependencies: ['waits'] })
      .withStage(
        'fails',
        async (context) => {
          await context.clock.sleep(5)
          throw new Error('no')
        },
        { dependencies: ['waits'] },
      )
      .build({ clock, interceptors: beside([watch]) })
      .runSettled()
    await clock.advance(20)
    await run
    const asked = (at: number): object => ({
      attempt: 1,
      startedAt: at,
      now: at,
      aborted: undefined,
      record: [undefined, at, undefined],
      calls: [],
    })
    const answered = (at: number, endedAt: number, status: string, message?: string): object => ({
      ...asked(at),
      now: endedAt,
      calls: [[at, endedAt, status, message]],
    })
    expect(seen).toEqual({
      'waits asked': asked(0),
      'waits answered': answered(0, 10, 'ok'),
      'quick asked': asked(10),
      'quick answered': answered(10, 10, 'ok'),
      'fails asked': asked(10),
      'fails answered': answered(10, 15, 'fail', 'no'),
    })
  })

  test('the code, items and children of a call have its attempt, start and signal', async () => {
    const seen: Record<string, unknown> = {}
    const look = (name: string, { attempt, startedAt, signal }: StageContext<{}>): object => {
      seen[name] = [attempt, startedAt, signal.aborted]
      return {}
    }
    const child = new Pipeline('child').withStage('inside', (context) => look('child', context))
    const run = new Pipeline('demo')
      .withStage('waits', (context) => context.clock.sleep(10))
      .withStage('code', (context) => look('code', context), { dependencies: ['waits'] })
      .withMap('map', {
        dependencies: ['waits'],
        over: () => [1],
        each: async (_item, context) => {
          await context.clock.sleep(5)
          return look('item', context)
        },
      })
      .withPipeline('above', child, { dependencies: ['waits'] })
      .build({ clock, interceptors: beside([withPart('part', () => ({ enter: (next) => next() }))]) })
      .run()
    await clock.advance(20)
    await run
    expect(seen).toEqual({
      code: [1, 10, false],
      item: [1, 10, false],
      child: [1, 10, false],
    })
  })

  test('`context.run.running` has the stages that run, the own stage included', async () => {
    const seen: unknown[] = []
    const watch = withPart('watch', (context, { name }) => {
      seen.push([name, 'asked', context.run.running])
      return { ended: () => void seen.push([name, 'hears', context.run.running]) }
    })
    const run = new Pipeline('demo')
      .withStage('a', async (context) => void (await context.clock.sleep(5)))
      .withStage('b', (context) => context.clock.sleep(1))
      .build({ clock, interceptors: beside([watch]) })
      .run()
    await clock.advance(5)
    await run
    expect(seen).toEqual([
      ['a', 'asked', ['a']],
      ['b', 'asked', ['a', 'b']],
      ['b', 'hears', ['a', 'b']],
      ['a', 'hears', ['a']],
    ])
  })

  test('`context.aborted` has the reason for which the run was stopped', async () => {
    const seen: unknown[] = []
    const caller = new AbortController()
    const watch = withPart('watch', (context) => {
      seen.push(context.aborted)
      return { ended: () => void seen.push(context.aborted, context.signal.aborted) }
    })
    const run = runStage(clock, (context) => context.clock.sleep(500, context.signal), beside([watch]), {
      signal: caller.signal,
    })
    const reason = new Error('enough')
    caller.abort(reason)
    await run
    expect(seen).toEqual([undefined, { reason }, true])
  })

  test('a part can leave notes, emit events, read slots and narrow its context', async () => {
    const slot = createSlot<string>('acme/slot')
    const eventSink = recordingSink()
    const notes = withPart('notes', (context) => {
      context.note('acme/asked' as never, context.get(slot) as never)
      context.tryEmitEvent('acme.asked', { attempt: context.fork().context.attempt })
      return {
        ended: ({ status }) => {
          context.note('acme/answered' as never, status as never)
          context.tryEmitEvent('acme.answered', {})
        },
      }
    })
    const sets: Interceptor = { name: 'sets', onRun: (run) => void run.set(slot, 'mine') }
    const { report } = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, eventSink, interceptors: [sets, ...beside([notes])] })
      .run()
    expect(report.stages['a']?.notes).toEqual({ 'acme/asked': 'mine', 'acme/answered': 'ok' })
    expect(eventSink.events.map(({ type }) => type)).toEqual([
      'pipeline.started',
      'stage.a.started',
      'acme.asked',
      'acme.answered',
      'stage.a.completed',
      'pipeline.completed',
    ])
    expect(eventSink.of('acme.asked' as never)).toMatchObject([{ stage: 'a', data: { attempt: 1 } }])
  })

  test('the record that a part reads in the middle of a call does not change afterwards', async () => {
    let read: StageRecord | undefined
    let reads = (): void => {}
    const part = withPart('reads', (context) => {
      reads = () => void (read = context.record)
      return {}
    })
    const { report } = await runStage(clock, () => reads(), beside([part]))
    expect(report.stages['a']?.attempts).toMatchObject([{ status: 'ok', endedAt: 0 }])
    expect(read?.attempts).toMatchObject(
      read?.attempts.length === 0 ? [] : [{ attempt: 1, status: undefined, endedAt: undefined }],
    )
  })

  test('an attempt has no end while a child that its code left behind goes on', async () => {
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(20))
    const seen: unknown[] = []
    const settled: Interceptor = {
      name: 'sees',
      settled: ({ stage, attempts }) =>
        void (stage === 'a' && seen.push(attempts.map(({ status, endedAt }) => [status, endedAt]))),
    }
    const running = new Pipeline('demo')
      .withStage('a', (context) => {
        void context.runChild(child)
        return {}
      })
      .build({ clock, interceptors: beside([settled]) })
      .run()
    await clock.advance(20)
    const { report } = await running
    expect(seen).toEqual([[['ok', undefined]]])
    expect(report.stages['a']?.attempts).toMatchObject([{ status: 'ok', endedAt: 0 }])
  })
})
