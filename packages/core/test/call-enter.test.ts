import { describe, expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import {
  logAnswers,
  logSettled,
  notAt,
  onlyAt,
  problemsOf,
  retryUpTo,
  runStage,
  stopsOnAbort,
  withPart,
} from './interceptors.ts'
import { WAYS } from './ways.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { CallHooks, CallLimits, CallPart, Interceptor, InterceptorContext } from '../src/index.ts'

type Enter = (next: () => void) => void
/** Each calls no `next` before it returns. */
const CLOSED: readonly (readonly [what: string, enter: Enter, why: string, problems: number])[] = [
  ['does not call next', () => {}, 'returned without calling next', 0],
  ['calls next after it returned', (next) => void Promise.resolve().then(next), 'returned without calling next', 0],
  [
    'calls next after an await',
    (async (next: () => void) => {
      await Promise.resolve()
      next()
    }) as Enter,
    'returned without calling next',
    0,
  ],
  [
    'throws before next',
    () => {
      throw new Error('no')
    },
    'threw before it called next: no',
    0,
  ],
  ['rejects before next', (() => Promise.reject(new Error('no'))) as Enter, 'returned without calling next', 1],
]
/** Each calls `next` before it returns. */
const OPEN: readonly (readonly [what: string, enter: Enter, problems: number])[] = [
  [
    'calls next twice',
    (next) => {
      next()
      next()
    },
    0,
  ],
  [
    'calls next at once and again after it returned',
    (next) => {
      next()
      void Promise.resolve().then(next)
    },
    0,
  ],
  [
    'throws after next',
    (next) => {
      next()
      throw new Error('no')
    },
    1,
  ],
  [
    'rejects after next',
    (async (next: () => void) => {
      next()
      await Promise.resolve()
      throw new Error('no')
    }) as Enter,
    1,
  ],
]
const STAGES: readonly (readonly [what: string, stage: () => unknown, status: string])[] = [
  ['returns at once', () => ({ a: 1 }), 'ok'],
  ['waits', async () => ({ a: 1 }), 'ok'],
  [
    'throws',
    () => {
      throw new Error('mine')
    },
    'fail',
  ],
]
const asRows = <Row extends readonly unknown[]>(
  rows: readonly Row[],
): readonly (readonly [...(typeof STAGES)[number], ...Row])[] =>
  rows.flatMap((row) => STAGES.map((stage) => [...stage, ...row] as const))

describe.each(WAYS)('%s,', (_, beside) => {
  test('onCall is called as a call begins, outermost interceptor first, and the code runs inside every `enter`', async () => {
    const log: string[] = []
    const entering = (name: string): Interceptor =>
      withPart(name, () => {
        log.push(`${name} asked`)
        return {
          enter: (next) => {
            log.push(`${name} in`)
            next()
            log.push(`${name} out`)
          },
          ended: () => void log.push(`${name} ended`),
        }
      })
    const run = runStage(clock, async () => void log.push('code'), beside([entering('outer'), entering('inner')]))
    await run
    expect(log.filter((line) => line.endsWith('asked'))).toEqual(['outer asked', 'inner asked'])
    expect(log.filter((line) => !line.endsWith('asked'))).toEqual([
      'outer in',
      'inner in',
      'code',
      'inner out',
      'outer out',
      'inner ended',
      'outer ended',
    ])
  })

  test('the functions of a part are called on it, and get the context that onCall got', async () => {
    class Counting implements CallHooks, CallLimits {
      readonly idleTimeoutMs = 5
      #calls: string[]
      constructor(calls: string[]) {
        this.#calls = calls
      }
      enter(next: () => void, context: InterceptorContext): void {
        this.#calls.push(`enter ${context === seen}`)
        next()
      }
      expired(why: 'deadline' | 'idle', context: InterceptorContext): StageOutput {
        this.#calls.push(`${why} ${context === seen}`)
        return StageOutput.ok()
      }
      ended(output: StageOutput, context: InterceptorContext): void {
        this.#calls.push(`${output.status} ${context === seen}`)
      }
    }
    const calls: string[] = []
    let seen: InterceptorContext | undefined
    const counting = withPart('counting', (context) => {
      seen = context
      return new Counting(calls)
    })
    const run = runStage(clock, stopsOnAbort, beside([counting]))
    await clock.advance(5)
    await run
    expect(calls).toEqual(['enter true', 'idle true', 'ok true'])
  })

  test.each(CLOSED)(
    'an `enter` that %s fails its call, and the code does not run (core/interceptor-enter)',
    async (_what, enter, why, problems) => {
      const log: string[] = []
      let calls = 0
      const entering = withPart('inner', () => ({
        enter: (next) => {
          log.push('inner entered')
          next()
        },
      }))
      const run = new Pipeline('demo')
        .withStage('a', () => void calls++)
        .withStage('waits', () => clock.sleep(1))
        .build({
          clock,
          interceptors: [
            logSettled(log),
            ...beside([logAnswers(log, 'outer'), withPart('odd', () => ({ enter })), entering]).map((one) =>
              notAt('waits', one),
            ),
          ],
        })
        .runSettled({}, { onStageFailure: 'continue' })
      await clock.advance(1)
      const result = await run
      const { a } = result.report.stages
      const message = `The enter() of interceptor "odd" ${why}. Call next() once, before enter() returns.`
      expect(a).toMatchObject({ status: 'fail', attempts: [], error: { code: 'core/interceptor-enter', message } })
      expect(a?.error?.cause?.message).toBe(why.startsWith('threw') ? 'no' : undefined)
      expect(calls).toBe(0)
      expect(log.slice(0, 2)).toEqual(['outer a fail at 0', 'settled a fail at 0'])
      expect(problemsOf(result)).toEqual(
        Array(problems).fill('core/observer-threw: Interceptor "odd" threw when it was told of a call: no'),
      )
    },
  )

  test('each part that onCall returned before an `enter` failed the call gets the failure once, innermost part first', async () => {
    const log: string[] = []
    const odd = withPart('odd', () => ({ enter: () => {}, ended: ({ status }) => void log.push(`odd ${status}`) }))
    await runStage(clock, () => ({}), beside([logAnswers(log, 'outer'), odd]))
    expect(log).toEqual(['odd fail', 'outer a fail at 0'])
  })

  test.each(asRows(OPEN))(
    'a stage that %s runs once inside an `enter` that %s',
    async (_stage, stage, status, _what, enter, problems) => {
      let calls = 0
      const answers: string[] = []
      const ended: NonNullable<CallPart['ended']> = (output) => void answers.push(output.status)
      const plain = withPart('plain', () => ({ enter: (next) => next(), ended }))
      const run = new Pipeline('demo')
        .withStage('a', () => {
          calls++
          return stage() as object
        })
        .withStage('waits', () => clock.sleep(1))
        .build({
          clock,
          interceptors: beside([plain, withPart('odd', () => ({ enter, ended })), { ...plain, name: 'inner' }]),
        })
        .runSettled({}, { onStageFailure: 'continue' })
      await clock.advance(1)
      const result = await run
      expect(calls).toBe(1)
      expect(result.report.stages['a']?.status).toBe(status)
      expect(answers.slice(0, 3)).toEqual(Array(3).fill(status))
      // Stage "waits" has the same parts: an interceptor that throws is reported once a run.
      expect(problemsOf(result)).toEqual(
        Array(problems).fill('core/observer-threw: Interceptor "odd" threw when it was told of a call: no'),
      )
    },
  )

  test('a limit of a part whose `enter` failed the call does not expire', async () => {
    const expired: string[] = []
    const closed = withPart('closed', () => ({
      enter: () => {},
      deadline: 5,
      expired: (why) => {
        expired.push(why)
        return StageOutput.skip('late')
      },
    }))
    const run = new Pipeline('demo')
      .withStage('a', () => ({}))
      .withStage('waits', () => clock.sleep(20))
      .build({ clock, interceptors: beside([onlyAt('a', closed)]) })
      .runSettled({}, { onStageFailure: 'continue' })
    await clock.advance(20)
    expect((await run).report.stages['a']).toMatchObject({ status: 'fail', endedAt: 0 })
    expect(expired).toEqual([])
  })

  test('a child run that `enter` started before it failed the call does not outlive the run', async () => {
    const log: string[] = []
    let childOver = false
    const child = new Pipeline('child').withStage('c', async ({ clock }) => {
      await clock.sleep(50)
      childOver = true
    })
    const starts: Interceptor = {
      name: 'starts',
      onCall:
        ({ pipeline }) =>
        (context) => {
          if (pipeline.name === 'child') return undefined
          return { enter: () => void context.runChild(child) }
        },
    }
    const settled = new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: beside([starts]) })
      .runSettled()
    void settled.then(() => log.push(`over at ${clock.now()}, child over: ${childOver}`))
    await clock.advance(100)
    await settled
    expect(log).toEqual(['over at 50, child over: true'])
  })
})

test('the `enter` of a call runs even if another stage goes on while the parts of that call are created', async () => {
  const log: string[] = []
  let goOn: (() => void) | undefined
  const gate: Interceptor = {
    name: 'gate',
    wrap: (next, { name }) =>
      name === 'a' ? (context) => new Promise((resolve) => (goOn = () => resolve(next(context) as never))) : next,
  }
  const part = (name: string, stage: string, made: () => CallPart): Interceptor => ({
    name,
    onCall: (of) => (of.name === stage ? made : undefined),
  })
  const entering = (name: string) => (): CallPart => ({
    enter(next) {
      log.push(name)
      next()
    },
  })
  const opens = (): CallPart => {
    goOn?.()
    return {}
  }
  await new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}))
    .build({
      clock,
      interceptors: [
        gate,
        part('opens', 'b', opens),
        part('enters b', 'b', entering('enters b')),
        part('idle', 'a', () => ({})),
        part('idle too', 'a', () => ({})),
        part('enters a', 'a', entering('enters a')),
      ],
    })
    .run()
  expect(log).toEqual(['enters a', 'enters b'])
})

test('a retry around an `enter` that fails the call once runs the code at its second call', async () => {
  let entered = 0
  const once = withPart('once', () => ({
    enter: (next) => {
      if (++entered > 1) next()
    },
  }))
  const { data, report } = await runStage(clock, ({ attempt }) => ({ attempt }), [retryUpTo(3), once])
  expect(data).toEqual({ a: { attempt: 1 } })
  expect(report.stages['a']?.attempts).toHaveLength(1)
})

const afterOneTurn: Interceptor = {
  name: 'after-one-turn',
  wrapRun: (next) => async (run) => await next(run),
}
describe.each<readonly [where: string, around: readonly Interceptor[]]>([
  ['nothing around the run', []],
  ['a wrapRun around the run', [afterOneTurn]],
])('with %s,', (_where, around) => {
  const watch = (log: string[], name: string): Interceptor => ({
    name,
    onRun: () => ({
      ended: ({ status, errors }) => void log.push([name, status, ...errors.map((e) => e.code)].join(' ')),
    }),
  })

  test.each(CLOSED)(
    'an `enter` of a run that %s fails the run, and no stage starts (core/interceptor-enter)',
    async (_what, enter, why) => {
      const log: string[] = []
      const eventSink = recordingSink()
      const never: Interceptor = {
        name: 'never',
        wrapRun: (next) => (run) => {
          log.push('wrapRun was called')
          return next(run)
        },
      }
      const result = await new Pipeline('demo')
        .withStage('a', () => void log.push('the code ran'))
        .build({
          clock,
          eventSink,
          interceptors: [
            ...(around.length > 0 ? [never] : []),
            watch(log, 'outer'),
            { name: 'odd', onRun: () => ({ enter }) },
            watch(log, 'inner'),
          ],
        })
        .runSettled()
      const message = `The enter() of interceptor "odd" ${why}. Call next() once, before enter() returns.`
      expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/interceptor-enter', message }] })
      expect(result.report).toMatchObject({ status: 'failed', stages: { a: { attempts: [] } } })
      expect(log.toSorted()).toEqual(['inner failed core/interceptor-enter', 'outer failed core/interceptor-enter'])
      expect(eventSink.events.map(({ type }) => type)).toEqual(['pipeline.started', 'pipeline.failed'])
    },
  )

  test.each(OPEN)('a run inside an `enter` that %s begins once', async (_what, enter, problems) => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('a', () => void log.push('the code ran'))
      .withStage('waits', () => clock.sleep(1))
      .build({ clock, interceptors: [...around, watch(log, 'outer'), { name: 'odd', onRun: () => ({ enter }) }] })
      .runSettled()
    await clock.advance(1)
    const result = await run
    expect(log).toEqual(['the code ran', 'outer completed'])
    expect(problemsOf(result)).toEqual(
      Array(problems).fill('core/observer-threw: Interceptor "odd" threw when it was told of the run: no'),
    )
  })
})

test('a child run whose `enter` fails closed fails its stage', async () => {
  const child = new Pipeline('child').withStage('inside', () => ({}))
  const odd: Interceptor = {
    name: 'odd',
    onRun: ({ parent }) => (parent === undefined ? undefined : { enter: () => {} }),
  }
  const { report } = await new Pipeline('demo')
    .withPipeline('above', child)
    .build({ clock, interceptors: [odd] })
    .runSettled()
  expect(report.stages['above']).toMatchObject({
    status: 'fail',
    children: [{ status: 'failed', stages: { inside: { attempts: [] } } }],
  })
})
