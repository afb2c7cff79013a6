import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageKind, StageOutput, StageflowError } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import { logAnswers, onlyAt, retryUpTo, withPart } from './interceptors.ts'
import { passing, passingOn } from './ways.ts'

type Guard = (context: StageContext) => unknown

/** Repeats a child that is only a guard, at most three times; gives how the stage ended and how often the child ran. */
async function repeated(guard: Guard, interceptors: readonly Interceptor[], options: object = {}) {
  const child = new Pipeline('child').withStage('check', guard as () => object, StageKind.GUARD, options)
  const settled = new Pipeline('demo')
    .withPipeline('answer', child, { repeat: repeatUntil('check') })
    .build({ clock, interceptors })
    .runSettled()
  await clock.advance(100)
  const result = await settled
  return { result, runs: result.report.stages['answer']?.children?.length }
}

/** What stands around the guard. */
const AROUND: readonly (readonly [where: string, interceptors: readonly Interceptor[]])[] = [
  ['bare', []],
  ['wrapped', [passing('outside')]],
  ['wrapped by an interceptor that adds no promise', [passingOn('outside')]],
  ['with a part in its call', [logAnswers([])]],
  ['wrapped, with a part in its call', [passing('outside'), logAnswers([])]],
]

const throwing = (message: string) => (): never => {
  throw new Error(message)
}
const schema = (validate: (value: unknown) => unknown): object => ({
  outputSchema: { '~standard': { version: 1, vendor: 'test', validate } },
})
const REFUSES = schema(() => ({ issues: [{ message: 'no score' }] }))
const THROWS = schema(throwing('schema bug'))
const ACCEPTS = schema((value) => ({ value }))
const UNFREEZABLE = new Proxy({}, { preventExtensions: () => false })
const sleeping = async (context: StageContext): Promise<object> => {
  await context.clock.sleep(5, context.signal)
  return StageOutput.fail('refused')
}

describe.each(AROUND)('%s,', (_where, around) => {
  test.each<[what: string, guard: Guard, options: object]>([
    ['returns fail', () => StageOutput.fail('no'), {}],
    ['returns fail with data', () => StageOutput.fail('no', { data: { score: 1 } }), {}],
    ['returns fail from a promise', async () => StageOutput.fail('no'), {}],
    ['returns fail after a while', sleeping, {}],
    ['returns fail and has an outputSchema', () => StageOutput.fail('no'), ACCEPTS],
    ['returns fail and has a `when` that is true', () => StageOutput.fail('no'), { when: () => true }],
    [
      'returns fail with an error code of the engine',
      () => StageOutput.fail(new StageflowError('core/output-schema', 'the draft does not fit')),
      {},
    ],
  ])('a guard that %s gives a verdict: the child runs again', async (_what, guard, options) => {
    const { result, runs } = await repeated(guard, around, options)
    expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/guard-exhausted' }] })
    expect(runs).toBe(3)
  })

  test.each<[what: string, guard: Guard, options: object, code: string]>([
    ['throws', throwing('a bug'), {}, 'core/stage-failed'],
    ['rejects', async () => throwing('a bug')(), {}, 'core/stage-failed'],
    [
      'throws a Stageflow error',
      () => {
        throw new StageflowError('acme/bug', 'a bug')
      },
      {},
      'acme/bug',
    ],
    ['returns a number', () => 42, {}, 'core/illegal-output'],
    ['returns null', async () => null, {}, 'core/illegal-output'],
    ['returns an Error', () => new Error('no'), {}, 'core/illegal-output'],
    ['returns an object that cannot be frozen', () => UNFREEZABLE, {}, 'core/illegal-output'],
    ['returns an ambiguous object', () => ({ status: 'fail' }), {}, 'core/ambiguous-output'],
    ['asks for a retry that never comes', () => StageOutput.retry('again'), {}, 'core/retry-exhausted'],
    ['has a `when` that throws', () => ({}), { when: throwing('when bug') }, 'core/when'],
    ['has a `when` that returns a string', () => ({}), { when: () => 'yes' }, 'core/when'],
    ['returns data that its schema refuses', () => ({}), REFUSES, 'core/output-schema'],
    ['has a schema that throws', () => ({}), THROWS, 'core/output-schema'],
  ])('a guard that %s gives no verdict: the child runs once', async (_what, guard, options, code) => {
    const { result, runs } = await repeated(guard, around, options)
    expect(result).toMatchObject({ status: 'failed', errors: [{ code, stage: 'answer' }] })
    expect(runs).toBe(1)
  })

  test.each<[what: string, interceptor: Interceptor]>([
    ['the `wrap` of an interceptor answers', { name: 'breaker', wrap: () => () => StageOutput.fail('open') }],
    [
      'a `wrap` replaces the fail of the guard',
      { name: 'replaces', wrap: (next) => async (context) => (await next(context), StageOutput.fail('replaced')) },
    ],
    ['`onCall` answers', withPart('breaker', () => StageOutput.fail('open'))],
    [
      '`expired` of a part answers',
      withPart('timeout', ({ now }) => ({ deadline: now + 1, expired: () => StageOutput.fail('late') })),
    ],
    [
      '`expired` of an idle part answers',
      withPart('idle', () => ({ idleTimeoutMs: 1, expired: () => StageOutput.fail('idle') })),
    ],
  ])('a guard for which %s gives no verdict: the child runs once', async (_what, interceptor) => {
    const { name, wrap } = interceptor
    const atGuard =
      wrap === undefined
        ? onlyAt('check', interceptor)
        : { name, wrap: ((next, stage) => (stage.name === 'check' ? wrap(next, stage) : next)) satisfies typeof wrap }
    const { result, runs } = await repeated(sleeping, [...around, atGuard])
    expect(result).toMatchObject({
      status: 'failed',
      errors: [{ code: expect.not.stringMatching('core/guard-exhausted') as unknown }],
    })
    expect(runs).toBe(1)
  })

  test('a guard that returns fail at its last attempt inside a retry gives a verdict', async () => {
    const retrying: Interceptor = {
      name: 'retry',
      wrap: (next, stage) => (stage.name === 'check' ? (retryUpTo(2).wrap?.(next, stage) ?? next) : next),
    }
    let calls = 0
    const { runs } = await repeated(() => (calls++, StageOutput.fail('no')), [...around, retrying])
    expect([runs, calls]).toEqual([3, 6])
  })
})

test('a failure of another stage than the guard gives no verdict: the child runs once', async () => {
  const child = new Pipeline('child')
    .withStage('draft', () => StageOutput.fail('no model'))
    .withStage('check', () => ({}), StageKind.GUARD)
  const result = await new Pipeline('demo')
    .withPipeline('answer', child, { repeat: repeatUntil('check') })
    .build({ clock })
    .runSettled()
  expect(result.report.stages['answer']?.children).toHaveLength(1)
  expect(result).toMatchObject({ errors: [{ code: 'core/stage-failed', message: 'no model' }] })
})

test('a fail that the guard returns after another stage has failed gives no verdict: the child runs once', async () => {
  const child = new Pipeline('child')
    .withStage('check', async ({ clock: time }) => (await time.sleep(5), StageOutput.fail('no')), StageKind.GUARD)
    .withStage('model', async ({ clock: time }) => (await time.sleep(1), StageOutput.fail('no model')))
  const settled = new Pipeline('demo')
    .withPipeline('answer', child, { repeat: repeatUntil('check') })
    .build({ clock })
    .runSettled()
  await clock.advance(20)
  const result = await settled
  expect(result.children['answer#1']?.outputs['check']?.status).toBe('fail')
  expect(result.report.stages['answer']?.children).toHaveLength(1)
})
