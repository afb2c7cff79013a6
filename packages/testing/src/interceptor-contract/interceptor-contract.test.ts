import { StageOutput } from '@stageflow/core'
import type { Interceptor, OnCall } from '@stageflow/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isHeavy, wholeSettings } from '../../../core/test/property-settings.ts'
import { mutants, type InterceptorMutant } from '../../test/interceptor-mutants.ts'
import {
  acting,
  auth,
  calling,
  correct,
  handingOver,
  keyed,
  known,
  running,
  timeout,
  type Output,
} from '../../test/interceptors.ts'
import { interceptorContract, type CreateInterceptor, type InterceptorContractOptions } from '../contract.ts'
import type { ContractCase } from '../contract.ts'
import { interceptorCases } from './interceptor-contract.ts'

/** They take longest. By default every eighth correct interceptor is tried with them. */
const SLOW = [
  'lets a thousand calls through',
  'lets child runs through, however many parents wait for them',
  'lets maps through, however many wait for their items',
  'keeps no context and no run after its end',
  'needs no more memory with every run',
]
const isSlow = ({ name }: { readonly name: string }): boolean => SLOW.includes(name)

const interceptors = Object.entries(correct).map(([name, [create, options]], place) => ({
  name,
  place,
  cases: interceptorContract(create, options),
  isWhole: isHeavy || place % 8 === 0,
}))

// By default each interceptor is tried with every fourth of the quick cases, so that each case is tried with about a quarter of them.
describe.concurrent.each(interceptors)('$name keeps the whole contract', ({ cases, place }) => {
  for (const [index, one] of cases.entries())
    if (!isSlow(one) && (isHeavy || (index + place) % 4 === 0)) test(one.name, one.run)
})

// One at a time: what other cases allocate meanwhile counts as memory that an interceptor needs, and the case tries again.
describe.each(interceptors.filter(({ isWhole }) => isWhole))('$name keeps the whole contract', ({ cases }) => {
  for (const one of cases) if (isSlow(one)) test(one.name, one.run)
})

const caseOf = async (create: CreateInterceptor, wanted: string): Promise<void> =>
  interceptorContract(create)
    .find(({ name }) => name === wanted)
    ?.run()

// ---------- broken interceptors

/**
 * The cases that a mutant is tried with. By default that is the one that finds it, and for every twentieth mutant the quick ones before it too.
 * STAGEFLOW_HEAVY=1 tries all cases with each mutant, also beside an interceptor that wraps.
 */
function casesFor({ create, options = {}, caughtBy }: InterceptorMutant, place: number): readonly ContractCase[] {
  if (create === undefined) return []
  const cases = interceptorCases(create, options, { waits: SHORT, alsoBeside: isHeavy })
  if (isHeavy) return cases
  const isWhole = caughtBy === undefined || place % 20 === 0
  return cases.filter((one) => one.name === caughtBy || (isWhole && !isSlow(one)))
}

/** What the cases say that fail, in order. Ends with the first one, unless all are wanted. */
async function failures(
  mutant: InterceptorMutant,
  { all = false }: { readonly all?: boolean } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const failed: Record<string, unknown> = {}
  for (const { name, run } of casesFor(mutant, mutants.indexOf(mutant))) {
    await run().catch((error: unknown) => (failed[name] = error))
    if (!all && Object.hasOwn(failed, name)) break
  }
  return failed
}
/** What hangs is the fault of the interceptor here, however busy the machine is. */
const SHORT = { longestMs: 300, leastTurns: 300 }

/** After these, all other cases point to the first failure, or take as long as the calls that block. */
const ENDS_ALL = new Set<string | undefined>(['lets runs through to their stages', 'does not block the thread'])

/** Mutants of these cases run alone: others write to the same objects, and need or free memory meanwhile. */
const OF_THE_PROCESS = new Set<string | undefined>([
  'writes nothing to global objects',
  'needs no more memory with every run',
])
const [alone, together] = [true, false].map((isAlone) =>
  mutants.filter(
    ({ caughtBy, alsoCaughtBy = [] }) =>
      [caughtBy, ...alsoCaughtBy].some((name) => OF_THE_PROCESS.has(name)) === isAlone,
  ),
) as [InterceptorMutant[], InterceptorMutant[]]

test.concurrent.each(together)('the mutant "$name" fails $caughtBy first', failsFirst)
test.each(alone)('the mutant "$name" fails $caughtBy first', failsFirst)

async function failsFirst(mutant: InterceptorMutant): Promise<void> {
  const { caughtBy, alsoCaughtBy = [], says = '' } = mutant
  const all = isHeavy && !ENDS_ALL.has(caughtBy)
  const failed = await failures(mutant, { all })
  const [first, ...later] = Object.keys(failed)
  expect([first, new Set(later)]).toEqual([caughtBy, new Set(all ? alsoCaughtBy : [])])
  if (caughtBy === undefined) return
  expect(failed[caughtBy]).toMatchObject({
    code: 'testing/contract',
    message: expect.stringMatching(/^Interceptor "(broken|idempotency|bulkhead)".* breaks the rule "/),
  })
  expect((failed[caughtBy] as Error).message).toContain(says)
}

test('each mutant has a name of its own', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
})

const FORWARDS = 'forwards the signal to the stage, with its reason'

test('one that aborts its fork for a reason of its own fails the case that wants the reason of the caller', async () => {
  const create = (): Interceptor =>
    acting((next, context) => {
      const { context: inner, abort } = context.fork()
      const output = next(inner)
      queueMicrotask(() => abort(new Error('busy')))
      return output
    })
  await expect(caseOf(create, FORWARDS)).rejects.toThrow(
    "it replaced the reason of the caller's abort, Error: the caller has left, with Error: busy.",
  )
})

test('every case has a broken interceptor that it finds', () => {
  const found = new Set([...mutants.flatMap(({ caughtBy = [] }) => caughtBy), FORWARDS])
  expect([...found].sort()).toEqual(
    interceptorContract(() => timeout(1))
      .map(({ name }) => name)
      .sort(),
  )
})

// ---------- calls without end

const endless =
  (isOver: (output: Output) => boolean, count: () => void = () => {}): CreateInterceptor =>
  () =>
    acting(async (next, context) => {
      for (;;) {
        count()
        const output = await next(context)
        if (isOver(output)) return output
      }
    })

test('an endless loop of calls ends, and the message has the number of calls', async () => {
  const create = endless((output) => output.status !== 'fail' || output.retryable !== true)
  await expect(caseOf(create, 'stops waiting as soon as the run is aborted')).rejects.toMatchObject({
    code: 'testing/contract',
    message:
      'Interceptor "broken" breaks the rule "stops waiting as soon as the run is aborted": it called next for stage "stage" more than 1000 times in one run. Limit the attempts, stop when context.signal has aborted, and wait between them: await context.wait(delayMs).',
  })
})

test('an endless loop of calls that does not reach the stage anymore ends too', async () => {
  let calls = 0
  const create = endless(
    ({ status }) => status === 'ok',
    () => void calls++,
  )
  await expect(caseOf(create, 'never swallows an abort')).rejects.toMatchObject({
    message: expect.stringContaining('it called next for stage "stage" more than 1000 times in one run.'),
  })
  expect(calls).toBeLessThan(1_010)
})

// ---------- one cause, said once

/** What each case rejects with, in order. Undefined: it passed. */
const said = async (
  create: CreateInterceptor,
  options?: InterceptorContractOptions,
): Promise<(string | undefined)[]> => {
  const messages: (string | undefined)[] = []
  for (const { run } of interceptorContract(create, options))
    messages.push(
      await run().then(
        () => undefined,
        (error: Error) => error.message,
      ),
    )
  return messages
}
const bucket =
  (size: number): CreateInterceptor =>
  () => {
    let left = size
    return calling(() => (left-- > 0 ? undefined : StageOutput.fail('the bucket is empty')))
  }
const everySecond: CreateInterceptor = () => {
  let count = 0
  return calling(() => (++count % 2 === 1 ? undefined : StageOutput.fail('not this one')))
}
const REFUSED = 'it let no run through to its stage, because the engine refused what it did: '

test.each<[what: string, create: CreateInterceptor, says: string]>([
  [
    'answers later from onCall',
    () => calling((async () => undefined) as unknown as OnCall),
    `${REFUSED}Interceptor "broken" answered stage "stage" with an instance of Promise. Return`,
  ],
  [
    'returns a part with an unknown member',
    () => calling((() => ({ onEnd: () => {} })) as unknown as OnCall),
    `${REFUSED}Interceptor "broken" answered stage "stage" with`,
  ],
  [
    'throws in onCall',
    () =>
      calling(() => {
        throw new Error('no pool')
      }),
    `${REFUSED}Interceptor "broken" threw at stage "stage": no pool`,
  ],
  [
    'emits an event type without a dot',
    () =>
      acting((next, context) => {
        context.tryEmitEvent('told' as never, {} as never)
        return next(context)
      }),
    `${REFUSED}Interceptor "broken" threw at stage "stage": The type of an event must be words with dots between`,
  ],
  ['has a limit without expired', () => calling((({ now }) => ({ deadline: now + 50 })) as OnCall), `${REFUSED}`],
  [
    'has a limit that is not a number',
    () => calling(() => ({ idleTimeoutMs: Number.NaN, expired: () => StageOutput.fail('no') })),
    REFUSED,
  ],
  [
    'enters a call later',
    () => calling(() => ({ enter: (next) => queueMicrotask(next) })),
    `${REFUSED}The enter() of interceptor "broken" returned without calling next`,
  ],
  [
    'never enters a call',
    () => calling(() => ({ enter: () => {} })),
    `${REFUSED}The enter() of interceptor "broken" returned without calling next`,
  ],
  [
    'enters a run later',
    () => running(() => ({ enter: (next) => void Promise.resolve().then(next) })),
    `${REFUSED}The enter() of interceptor "broken" returned without calling next`,
  ],
  [
    'throws as it enters a run',
    () =>
      running(() => ({
        enter() {
          throw new Error('no context')
        },
      })),
    `${REFUSED}The enter() of interceptor "broken" threw`,
  ],
  [
    'lets no run through without a token',
    auth,
    'it did not let a run through to its stage: it ended as failed (No, or a wrong, token.). Pass interceptorContract the input, runOptions and stageOptions with which it does.',
  ],
  [
    'refuses every second call',
    everySecond,
    'Create it with limits that let 1,000 calls through, 100 of them at once. It answered a call with a failure of its own, without running the stage: not this one',
  ],
  [
    'is not an interceptor',
    () => undefined as never,
    'create() of interceptorContract returned undefined. It must return',
  ],
  [
    'throws as it is created',
    () => {
      throw new Error('no address')
    },
    'the case failed with: no address',
  ],
  [
    'cannot be built',
    () => ({
      name: 'broken',
      wrap() {
        throw new Error('no such model')
      },
    }),
    'the engine refused to build a pipeline with it: ',
  ],
])('one that %s says so in its first case, and the others point to it', async (_, create, says) => {
  const [first, ...others] = await said(create)
  expect(first).toMatch(/^(Interceptor "\w+"|The interceptor) breaks the rule "lets runs through to their stages": /)
  expect(first).toContain(says)
  expect(new Set(others)).toEqual(
    new Set([
      'See the first failure, of the case "lets runs through to their stages": it is the reason for this one too.',
    ]),
  )
})

test('the first case that runs says what is wrong, whichever it is', async () => {
  const cases = interceptorContract(auth).toReversed()
  await expect(cases[0]?.run()).rejects.toThrow('Pass interceptorContract the input, runOptions and stageOptions')
  await expect(cases[1]?.run()).rejects.toThrow(`See the first failure, of the case "${cases[0]?.name}"`)
})

test('a bucket that all stages share is named as the cause', async () => {
  const [first, ...others] = (await said(bucket(20))).filter((message) => message !== undefined)
  expect(first).toContain('It answered')
  for (const message of [first, ...others])
    expect(message).toContain('with a failure of its own, without running the stage: the bucket is empty')
  await expect(caseOf(bucket(20), 'lets a stage that is synchronous through')).rejects.toThrow(
    'it did not let all calls through in a run of 50 stages. Pass interceptorContract',
  )
})

test('a queue that gives turns to aborted calls is named as the cause', async () => {
  await expect(caseOf(() => handingOver(5), 'gives the turns of aborted calls to others')).rejects.toThrow(
    'after 3 times 120 aborted runs at once, a run did not get its turn within 3000 ms. A call that is aborted while it waits must leave the queue',
  )
})

// These take long among so many tests.
const LAYERS = [
  'a timeout',
  'a retry of three attempts',
  'a circuit breaker per stage',
  'an idempotency with keys',
  'an authentication with a token, and roles',
  'a logging observer',
  'a bulkhead of a hundred',
  'a class that sets an async context',
]

// By default in four orders, by night in ten, with the slow cases too.
test('a correct interceptor keeps the whole contract inside any other correct ones, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(LAYERS, { minLength: 2 }), async (names) => {
      const layers = names.map((name) => correct[name] as NonNullable<(typeof correct)[string]>)
      const [create] = layers.pop() as (typeof layers)[number]
      const options: InterceptorContractOptions = {
        ...keyed,
        ...(names.includes('an authentication with a token, and roles') ? known : undefined),
        outside: (clock) => layers.map(([outside]) => outside(clock)),
      }
      const cases = interceptorContract(create, options).filter((one) => isHeavy || !isSlow(one))
      await Promise.all(cases.map(({ run }) => run()))
    }),
    wholeSettings(isHeavy ? 10 : 4),
  )
}, 120_000)

test('an argument that is not a function, and wrong options, are refused', () => {
  expect(() => interceptorContract(timeout(1) as never)).toThrow(
    expect.objectContaining({ code: 'testing/illegal-contract', message: expect.stringContaining('() => timeout()') }),
  )
  expect(() => interceptorContract(() => timeout(1), { inputs: () => ({}) } as never)).toThrow(
    'interceptorContract(): unknown option "inputs" (did you mean "input"? known: ',
  )
  expect(() => interceptorContract(() => timeout(1), { events: 'tenant.denied' } as never)).toThrow(
    'events must be an array of event types',
  )
})

test('an interceptor without wrap is also tested beside one with wrap, and the message says so', async () => {
  const create: CreateInterceptor = () =>
    calling(({ clock, stage }) => {
      if (stage.pipeline.interceptors.includes('contract/passing')) clock.setTimeout(() => {}, 60_000)
      return undefined
    })
  const [left] = interceptorContract(create).filter(({ name }) => name === 'leaves no timer behind')
  await expect(left?.run()).rejects.toMatchObject({
    code: 'testing/contract',
    message: expect.stringMatching(
      /^Interceptor "broken", beside one that wraps the stages, breaks the rule "leaves no timer behind": it left a timer of 60000 ms/,
    ),
  })
})

test('an interceptor that never answers does not hang the case', async () => {
  const never = () => acting(() => new Promise(() => {}))
  const [first] = interceptorCases(never, {}, { waits: { longestMs: 20, leastTurns: 20 } })
  await expect(first?.run()).rejects.toMatchObject({
    code: 'testing/contract',
    message:
      'Interceptor "broken" breaks the rule "lets runs through to their stages": the run did not end within 20 ms.',
  })
})

test('an interceptor that sets timers without end does not hang the case', async () => {
  const ticking = () =>
    acting((_, { clock }) => {
      const tick = (): void => void clock.setTimeout(tick, 1)
      tick()
      return new Promise(() => {})
    })
  const [first] = interceptorContract(ticking)
  await expect(first?.run()).rejects.toMatchObject({
    code: 'testing/contract',
    message:
      'Interceptor "broken" breaks the rule "lets runs through to their stages": the run did not end: the clock moved 1000 times, to ever new timers.',
  })
})
