import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { factsForRetry, fingerprintOf, runDurable, stagesAgain } from '../src/durable.ts'
import { soft } from '../src/edges.ts'
import { Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import { ArrayExecutor } from './array-executor.ts'

/** Runs a graph, then tries the failed run again with the facts that it keeps, until it has ended otherwise. */
async function retried<Stages>(
  graph: ReturnType<Pipeline<Stages, {}>['build']>,
  first: ArrayExecutor,
  again: readonly string[] = [],
) {
  const facts = factsForRetry(fingerprintOf(graph), first.facts, again)
  const second = new ArrayExecutor(facts, { start: { ...first.start, isRetried: true }, leg: 2 })
  const result = await runDurable(graph as never, second)
  // A crash after it gives the same from the facts alone.
  const third = new ArrayExecutor(second.facts, { start: { ...first.start, isRetried: true }, leg: 3 })
  expect({ ...(await runDurable(graph as never, third)).data }).toEqual({ ...result.data })
  expect(third.begun).toEqual([])
  return { result, second, kept: facts.map(({ kind, key }) => `${kind} ${key}`) }
}

/** A draft that is checked, and written again while the check fails. `failsAt`: the calls of a stage that throw. */
function drafts(failsAt: Readonly<Record<string, number>>) {
  const calls: string[] = []
  let isDown = true
  const call = ({ stage: { name } }: Pick<StageContext, 'stage'>): number => {
    calls.push(name)
    const times = calls.filter((one) => one === name).length
    if (isDown && failsAt[name] === times) throw new Error('503')
    return times
  }
  const inner = new Pipeline('inner')
    .withStage('flaky', (context) => ({ flaky: call(context) }), { onFailure: 'skip' })
    .withStage('write', (context) => ({ text: `draft ${call(context)}` }))
  const attempt = new Pipeline('attempt')
    .withPipeline('draft', inner)
    .withStage(
      'check',
      (context) => (call(context) < 3 ? StageOutput.fail('too short') : { good: true }),
      StageKind.GUARD,
      { dependencies: ['draft'] },
    )
  const graph = new Pipeline('answer')
    .withPipeline('answer', attempt, { repeat: repeatUntil('check', { maxAttempts: 4 }) })
    .withStage('send', (context) => ({ sent: call(context) }), { dependencies: ['answer'] })
    .build()
  return { graph, calls, mend: () => void (isDown = false) }
}

test('a failure inside an attempt of a repeated child is tried again, and earlier attempts stay as they were', async () => {
  const { graph, calls, mend } = drafts({ write: 2 })
  const first = new ArrayExecutor()
  expect((await runDurable(graph, first)).status).toBe('failed')
  expect(calls).toEqual(['flaky', 'write', 'check', 'flaky', 'write'])
  mend()
  const { result, kept } = await retried(graph, first)
  expect(kept).toEqual([
    'call answer#1/draft/flaky',
    'call answer#1/draft/write',
    // The verdict that led to the next attempt.
    'call answer#1/check',
    'call answer#2/draft/flaky',
  ])
  expect(result).toMatchObject({ status: 'completed', data: { send: { sent: 1 } } })
  expect(calls).toEqual([
    'flaky',
    'write',
    'check',
    'flaky',
    'write',
    'write',
    'check',
    'flaky',
    'write',
    'check',
    'send',
  ])
})

test('a failure that an earlier attempt tolerated, deep inside it, is not tried again', async () => {
  const { graph, calls, mend } = drafts({ flaky: 1, send: 1 })
  const first = new ArrayExecutor()
  expect((await runDurable(graph, first)).status).toBe('failed')
  mend()
  calls.length = 0
  const { result, kept } = await retried(graph, first)
  expect(kept).toContain('call answer#1/draft/flaky')
  expect(result.status).toBe('completed')
  expect(calls).toEqual(['send'])
})

test('after the last attempt has failed, its check is asked again, and more attempts follow as far as there are any', async () => {
  let isStrict = true
  const calls: string[] = []
  const attempt = new Pipeline('attempt')
    .withStage('write', () => ({ text: `draft ${calls.push('write')}` }))
    .withStage(
      'check',
      () => (calls.push('check'), isStrict ? StageOutput.fail('too short') : { good: true }),
      StageKind.GUARD,
      { dependencies: ['write'] },
    )
  const graph = new Pipeline('answer')
    .withPipeline('answer', attempt, { repeat: repeatUntil('check', { maxAttempts: 2 }) })
    .build()
  const first = new ArrayExecutor()
  expect((await runDurable(graph, first)).status).toBe('failed')
  isStrict = false
  calls.length = 0
  const { result } = await retried(graph, first)
  expect(result).toMatchObject({ status: 'completed', data: { answer: { write: { text: 'draft 3' } } } })
  expect(calls).toEqual(['check'])
  // With the child in `again` nothing of it is kept.
  calls.length = 0
  expect((await retried(graph, first, ['answer'])).result).toMatchObject({
    data: { answer: { write: { text: 'draft 1' } } },
  })
})

test('items of a map that failed are tried again, the others are not, whatever their places', async () => {
  const calls: number[] = []
  let isDown = true
  const each = async (item: number) => {
    calls.push(item)
    if (isDown && item !== 2) throw new Error('503')
    return { item }
  }
  const graph = new Pipeline('p').withMap('items', { over: () => [2, 1, 2, 3], each, concurrency: 1 }).build()
  const first = new ArrayExecutor()
  expect((await runDurable(graph, first)).status).toBe('failed')
  expect(calls).toEqual([2, 1])
  isDown = false
  calls.length = 0
  const { result } = await retried(graph, first)
  expect(result.data).toEqual({ items: { items: [2, 1, 2, 3].map((item) => ({ item })) } })
  expect(calls).toEqual([1, 2, 3])
})

test('of an item that runs a pipeline only the stages that failed are tried again', async () => {
  const calls: string[] = []
  let isDown = true
  const letter = new Pipeline('letter')
    .withStage('draft', ({ snapshot }) => void calls.push(`draft ${snapshot.inputText}`))
    .withStage(
      'send',
      async ({ snapshot }) => {
        calls.push(`send ${snapshot.inputText}`)
        if (isDown && snapshot.inputText === 'b') throw new Error('503')
        return { sent: snapshot.inputText }
      },
      { dependencies: ['draft'] },
    )
  const graph = (key?: (item: string) => string, letters = ['a', 'b', 'c']) =>
    new Pipeline('p')
      .withMap('letters', {
        over: () => letters,
        each: letter,
        input: (inputText) => ({ inputText }),
        concurrency: 1,
        ...(key && { key }),
      })
      .build()
  for (const [key, letters] of [
    [undefined, ['a', 'b', 'c']],
    [(item: string) => item, ['c', 'b', 'a']],
  ] as const) {
    isDown = true
    const first = new ArrayExecutor()
    expect((await runDurable(graph(key), first)).status).toBe('failed')
    isDown = false
    calls.length = 0
    const { result } = await retried(graph(key, [...letters]), first)
    expect(result.data).toMatchObject({ letters: { items: letters.map((sent) => ({ send: { sent } })) } })
    expect(calls.toSorted()).toEqual(['draft c', 'send b', 'send c'])
  }
})

test('questions, answers and times stay; stops, limits of time and what was cancelled or abandoned go', async () => {
  const graph = new Pipeline('a/b')
    .withStage('a/b', () => ({}))
    .withPipeline(
      'kid',
      new Pipeline('kid').withStage('x', () => ({})),
    )
    .build()
  const call = (key: string, facts: object) => ({ kind: 'call', key, facts }) as const
  const ok = { status: 'ok' } as const
  const facts = [
    call('a', ok),
    call('a%2Fb', ok),
    call('b', { status: 'skip' }),
    call('ask', { status: 'suspend' }),
    { kind: 'answer', key: 'ask' },
    call('timed', { status: 'suspend' }),
    { kind: 'timer', key: 'timed' },
    { kind: 'timer', key: '/@1' },
    { kind: 'timer', key: '/kid/@1' },
    { kind: 'stop', key: '' },
    call('c', { status: 'cancel' }),
    call('d', { status: 'fail' }),
    call('e', { status: 'retry' }),
    call('f', { ...ok, abandoned: true }),
    call('kid/x', ok),
  ] as Parameters<typeof factsForRetry>[1]
  const kept = (again?: readonly string[]) =>
    factsForRetry(fingerprintOf(graph), facts, again).map(({ kind, key }) => `${kind} ${key}`)
  const all = ['call a', 'call a%2Fb', 'call b', 'call ask', 'answer ask', 'call timed', 'timer timed', 'call kid/x']
  expect(kept()).toEqual(all)
  expect(kept(['a/b', 'kid', 'timed'])).toEqual(['call a', 'call b', 'call ask', 'answer ask'])
})

test('what reads a stage by another edge than a plain one runs again with it', () => {
  const graph = new Pipeline('p')
    .withStage('profile', () => ({}))
    .withStage('answer', () => ({}), { dependencies: [soft('profile', { waitMs: 10 })] })
    .withStage('send', () => ({}), { dependencies: ['answer'] })
    .withStage('other', () => ({}))
    .build()
  expect(stagesAgain(fingerprintOf(graph), ['profile'])).toEqual(['profile', 'answer', 'send'])
})

test('the time limit of a retry counts from it, whatever answers came before', async () => {
  const clock = manualClock()
  const ask = ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('?') : {})
  const graph = new Pipeline('p')
    .withStage('ask', ask)
    .withStage('hang', (context) => context.clock.sleep(1_000_000, context.signal), { dependencies: ['ask'] })
    .build({ clock })
  const past = new ArrayExecutor([], { now: clock.now, start: { startedAt: clock.now() } })
  expect((await runDurable(graph, past)).status).toBe('suspended')
  await clock.advance(2_000)
  past.put({ kind: 'answer', key: 'ask', answer: 'yes' })
  for (const _ of [1, 2, 3]) {
    await clock.advance(7_000)
    const start = { ...past.start, isRetried: true, limitFrom: clock.now(), options: { timeoutMs: 500 } }
    const executor = new ArrayExecutor(past.facts, { now: clock.now, start })
    const leg = runDurable(graph, executor)
    for (const [ms, isOver] of [
      [499, false],
      [1, true],
    ] as const) {
      await clock.advance(ms)
      executor.pass()
      expect(executor.facts.some(({ kind }) => kind === 'timer')).toBe(isOver)
    }
    expect(await leg).toMatchObject({ errors: [{ message: expect.stringContaining('within 500 ms') as string }] })
  }
})
