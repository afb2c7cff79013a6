import { Pipeline, StageKind } from '@stageflow/core'
import type { Interceptor, StageContext, StageInfo } from '@stageflow/core'
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { retry } from '@stageflow/interceptor-retry'
import { timeout } from '@stageflow/interceptor-timeout'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { deadline } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const waits =
  (ms: number) =>
  async ({ signal }: StageContext): Promise<{ waited: number }> => {
    await clock.sleep(ms, signal)
    return { waited: ms }
  }
const down = (): Error => Object.assign(new Error('down'), { status: 503 })

/** A stage of 400 ms, then one that is expected to take 500 ms. */
const twoStages = new Pipeline('chat').withStage('draft', waits(400)).withStage('polish', waits(100), {
  dependencies: ['draft'],
  deadlineBudget: { expectedMs: 500 },
  onFailure: 'skip',
})

async function runTwoStages(options: { timeoutMs?: number }) {
  const running = twoStages.build({ clock, interceptors: [deadline()] }).run({}, options)
  await clock.advance(400)
  await clock.advance(100)
  return (await running).report.stages
}

test.each([
  ['a run without a deadline', {}],
  ['a run with more time left than it is expected to take', { timeoutMs: 10_000 }],
  ['a run with exactly the time left that it is expected to take', { timeoutMs: 900 }],
])('in %s the stage runs', async (_, options) => {
  const { polish } = await runTwoStages(options)
  expect(polish).toMatchObject({ status: 'ok', startedAt: 400, endedAt: 500, notes: {} })
})

test('with 1 ms less the stage does not run, and fails at once with deadline/too-late', async () => {
  const { polish } = await runTwoStages({ timeoutMs: 899 })
  expect(polish).toMatchObject({ status: 'fail', tolerated: true, startedAt: 400, endedAt: 400, attempts: [] })
  expect(polish.error).toMatchObject({
    code: 'deadline/too-late',
    message:
      'Stage "polish" of pipeline "chat" did not run: 499 ms are left until its deadline, and it is expected to take 500 ms. Raise the timeoutMs of the run or of the limit around it, or lower the expectedMs of its deadlineBudget.',
  })
})

test('a stage without a budget runs, however little time is left', async () => {
  const running = new Pipeline('chat')
    .withStage('draft', waits(400))
    .withStage('polish', waits(0), { dependencies: ['draft'] })
    .build({ clock, interceptors: [deadline()] })
    .run({}, { timeoutMs: 401 })
  await clock.advance(400)
  expect((await running).data.polish).toEqual({ waited: 0 })
})

test('a stage without a budget is left alone, at no cost', () => {
  const stage = { name: 'a', options: {}, tolerated: true } as unknown as StageInfo
  expect(deadline().onCall?.(stage)).toBeUndefined()
})

test('the dependents of a stage that is too late read its fallback', async () => {
  const { data } = await new Pipeline('chat')
    .withStage('profile', () => ({ name: 'Ada' }), {
      deadlineBudget: { expectedMs: 500 },
      onFailure: { fallback: { name: 'stranger' } },
    })
    .withStage('llm', ({ inputs }) => ({ text: `Hello, ${inputs.from('profile').name}` }), {
      dependencies: ['profile'],
    })
    .build({ clock, interceptors: [deadline()] })
    .run({}, { timeoutMs: 499 })
  expect(data.llm).toEqual({ text: 'Hello, stranger' })
})

test('the dependents of a stage that is too late see that it was skipped', async () => {
  const { data } = await new Pipeline('chat')
    .withStage('profile', () => ({ name: 'Ada' }), { deadlineBudget: { expectedMs: 500 }, onFailure: 'skip' })
    .withStage('llm', ({ inputs }) => ({ profile: inputs.status('profile'), name: inputs.from('profile')?.name }), {
      dependencies: ['profile'],
      join: 'settled',
    })
    .build({ clock, interceptors: [deadline()] })
    .run({}, { timeoutMs: 499 })
  expect(data.llm).toEqual({ profile: 'skip', name: undefined })
})

test('a run whose deadline an interceptor moves forward counts', async () => {
  const hurry: Interceptor = {
    name: 'hurry',
    wrapRun: (next) => (run) => next(run.with({ deadline: run.startedAt + 499 })),
  }
  const { report } = await new Pipeline('chat')
    .withStage('llm', waits(0), { deadlineBudget: { expectedMs: 500 }, onFailure: 'skip' })
    .build({ clock, interceptors: [hurry, deadline()] })
    .run({}, { timeoutMs: 10_000 })
  expect(report.stages.llm.error?.code).toBe('deadline/too-late')
})

test('behind a timeout the stage runs if its own limit leaves enough time', async () => {
  const codeWith = async (timeoutMs: number): Promise<string | undefined> => {
    const { report } = await new Pipeline('chat')
      .withStage('llm', () => ({ text: 'Hello' }), {
        timeoutMs,
        deadlineBudget: { expectedMs: 500 },
        onFailure: 'skip',
      })
      .build({ clock, interceptors: [timeout(), deadline()] })
      .run()
    return report.stages.llm.error?.code
  }
  expect(await codeWith(500)).toBeUndefined()
  expect(await codeWith(499)).toBe('deadline/too-late')
})

/** Fails twice. Each attempt takes 100 ms and waits 50 ms for the next one. */
function failsTwice(interceptors: readonly Interceptor[], timeoutMs: number, attempts: number[]) {
  return new Pipeline('chat')
    .withStage(
      'llm',
      async ({ attempt, signal }: StageContext): Promise<{ attempt: number }> => {
        attempts.push(attempt)
        await clock.sleep(100, signal)
        if (attempt < 3) throw down()
        return { attempt }
      },
      {
        retry: { baseMs: 50, backoff: 'constant', jitter: 'none' },
        deadlineBudget: { expectedMs: 200 },
        onFailure: 'skip',
      },
    )
    .build({ clock, interceptors })
    .run({}, { timeoutMs })
}

test('inside retry each attempt is checked, and the one that is too late is the last', async () => {
  const attempts: number[] = []
  const running = failsTwice([retry(), deadline()], 499, attempts) // 199 ms are left for the third attempt
  await clock.advance(400)
  const { llm } = (await running).report.stages
  expect(attempts).toEqual([1, 2])
  expect(llm.error?.code).toBe('deadline/too-late')
  expect(llm).toMatchObject({ endedAt: 300, attempts: [{ status: 'fail' }, { status: 'fail' }] })
})

test('inside retry all attempts run that have enough time', async () => {
  const attempts: number[] = []
  const running = failsTwice([retry(), deadline()], 500, attempts)
  await clock.advance(400)
  expect((await running).data.llm).toEqual({ attempt: 3 })
})

test('outside retry only the first attempt is checked', async () => {
  const attempts: number[] = []
  const running = failsTwice([deadline(), retry()], 499, attempts)
  await clock.advance(400)
  expect((await running).data.llm).toEqual({ attempt: 3 })
})

test('with a timeout inside retry each attempt has the time of its own limit', async () => {
  const attempts: number[] = []
  const running = failsTwice([retry(), timeout({ timeoutMs: 200 }), deadline()], 10_000, attempts)
  await clock.advance(400)
  expect((await running).data.llm).toEqual({ attempt: 3 })
  expect(attempts).toEqual([1, 2, 3])
})

test('the stages of a child pipeline count the time until the deadline of the run around them', async () => {
  const child = new Pipeline('child')
    .withStage('draft', waits(400))
    .withStage('polish', waits(0), { dependencies: ['draft'], deadlineBudget: { expectedMs: 500 }, onFailure: 'skip' })
    .withStage('text', ({ inputs }) => ({ polished: inputs.status('polish') === 'ok' }), {
      dependencies: ['polish'],
      join: 'settled',
    })
  const graph = new Pipeline('chat').withPipeline('answer', child).build({ clock, interceptors: [deadline()] })
  for (const [timeoutMs, polished] of [
    [899, false],
    [900, true],
  ] as const) {
    const running = graph.run({}, { timeoutMs })
    await clock.advance(400)
    expect((await running).data.answer).toMatchObject({ text: { polished } })
  }
})

test('a child pipeline with a budget does not begin if it is too late', async () => {
  let began = false
  const child = new Pipeline('child').withStage('draft', () => {
    began = true
    return {}
  })
  const { report } = await new Pipeline('chat')
    .withPipeline('answer', child, { deadlineBudget: { expectedMs: 500 }, onFailure: 'skip' })
    .build({ clock, interceptors: [deadline()] })
    .run({}, { timeoutMs: 499 })
  expect(report.stages.answer.error?.code).toBe('deadline/too-late')
  expect(began).toBe(false)
})

test('a circuit breaker inside does not count a refusal, because the service did not answer', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 2 } })
  const graph = new Pipeline('chat')
    .withStage('llm', (): object => Promise.reject(down()), { deadlineBudget: { expectedMs: 500 }, onFailure: 'skip' })
    .build({ clock, interceptors: [deadline(), breaker] })
  const codes: (string | undefined)[] = []
  for (const timeoutMs of [500, 499, 500, 500]) {
    const { report } = await graph.run({}, { timeoutMs })
    codes.push(report.stages.llm.error?.code)
  }
  // A success in the second run would have begun the count of failures in a row again.
  expect(codes).toEqual(['core/stage-failed', 'deadline/too-late', 'core/stage-failed', 'circuit-breaker/open'])
})

test('behind idempotency a repeat has its stored output, however little time is left', async () => {
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({ charged: true }), StageKind.WORK, {
      deadlineBudget: { expectedMs: 500 },
      onFailure: 'skip',
    })
    .build({ clock, interceptors: [idempotency(), deadline()] })
  const charge = async (idempotencyKey: string, timeoutMs: number) =>
    (await graph.run({ extensions: { idempotencyKey } }, { timeoutMs })).data.charge
  expect(await charge('order-7', 500)).toEqual({ charged: true })
  expect(await charge('order-7', 499)).toEqual({ charged: true })
  expect(await charge('order-8', 499)).toBeUndefined()
})
