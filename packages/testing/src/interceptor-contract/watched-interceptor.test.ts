import { Pipeline, StageOutput } from '@stageflow/core'
import type { CallHooks, CallLimits, Interceptor, InterceptorContext, RunStage, StageInfo } from '@stageflow/core'
import { afterAll, expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { watchedGlobals } from './watched-globals.ts'
import { watched, type Watch } from './watched-interceptor.ts'

const passing: Interceptor = { name: 'passing', wrap: (next) => (context) => next(context) }

const next: RunStage = () => StageOutput.ok({})

const globals = watchedGlobals()
afterAll(() => globals.close())

/** How many of those that watch an interceptor, itself included, wrap a stage. */
const wrapping = (subject: Interceptor): number =>
  watched(subject, { answers: [] }, globals).filter(
    ({ wrap }) => wrap !== undefined && wrap(next, {} as StageInfo) !== next,
  ).length

test('watching does not wrap a stage that the interceptor does not wrap', () => {
  const taking: Interceptor = { name: 'taking', onCall: () => () => ({ ended: () => {} }) }
  const leaving: Interceptor = { ...taking, wrap: (inner) => inner }
  expect(wrapping(taking)).toBe(0)
  expect(wrapping(leaving)).toBe(0)
  expect(wrapping(passing)).toBe(1)
})

test.each([[[]], [[passing]]])(
  'it records the answers outside and inside, and how many calls there were: beside %j',
  async (beside) => {
    const answersOf = async (subject: Interceptor, run: () => object) => {
      const watch: Watch = { answers: [] }
      const graph = new Pipeline('chat')
        .withStage('llm', run)
        .build({ interceptors: [...beside, ...watched(subject, watch, globals)] })
      await Promise.all([graph.runSettled(), graph.runSettled()])
      return watch.answers.map(({ stage, inner, outer, reached }) => [stage, inner?.status, outer.status, reached])
    }
    const again: Interceptor = {
      name: 'again',
      wrap: (next) => async (context) => {
        const output = await next(context)
        return output.status === 'fail' ? next(context) : output
      },
    }
    const nothing: Interceptor = { name: 'nothing', settled: () => {} }
    const refusing: Interceptor = { name: 'refusing', onCall: () => () => StageOutput.fail('no') }
    const fails = async (): Promise<object> => StageOutput.fail('down')
    expect(await answersOf(nothing, () => ({}))).toEqual(Array(2).fill(['llm', 'ok', 'ok', 1]))
    expect(await answersOf(nothing, fails)).toEqual(Array(2).fill(['llm', 'fail', 'fail', 1]))
    expect(await answersOf(again, fails)).toEqual(Array(2).fill(['llm', 'fail', 'fail', 2]))
    expect(await answersOf(refusing, fails)).toEqual(Array(2).fill(['llm', undefined, 'fail', 0]))
  },
)

test.each([[[]], [[passing]]])('a watched part acts as it does by itself: beside %j', async (beside) => {
  const told: string[] = []
  /** Its functions need it as `this`. */
  class Part implements CallHooks, CallLimits {
    readonly #context: InterceptorContext
    constructor(context: InterceptorContext) {
      this.#context = context
    }
    get deadline(): number {
      return this.#context.clock.now() + 1_000
    }
    enter(next: () => void, context: InterceptorContext): void {
      told.push(`enter ${context === this.#context}`)
      next()
    }
    expired(why: 'deadline' | 'idle', context: InterceptorContext): StageOutput {
      told.push(`expired ${why} ${context === this.#context}`)
      return StageOutput.fail(`${this.#context.stage.name} was slow`)
    }
    ended(output: StageOutput, context: InterceptorContext): void {
      told.push(`ended ${output.status} ${context === this.#context}`)
    }
  }
  const clock = manualClock()
  let deadline: number | undefined
  const ended = new Pipeline('chat')
    .withStage('llm', (context) => {
      deadline = context.deadline
      return context.clock.sleep(2_000, context.signal)
    })
    .build({
      clock,
      interceptors: [
        ...beside,
        ...watched({ name: 'ending', onCall: () => (context) => new Part(context) }, { answers: [] }, globals),
      ],
    })
    .runSettled()
  await clock.advance(1_000)
  const { report } = await ended
  expect(report.stages['llm']?.error?.message).toBe('llm was slow')
  expect(told).toEqual(['enter true', 'expired deadline true', 'ended fail true'])
  expect(deadline).toBe(1_000)
})

test('wait of a watched context is the wait of the engine', async () => {
  const clock = manualClock()
  const waiting: Interceptor = {
    name: 'waiting',
    wrap: (inner) => async (context) => {
      await context.codeLeft()
      await context.wait(50)
      return inner(context.fork().context)
    },
  }
  const ended = new Pipeline('chat')
    .withStage('llm', () => ({}))
    .build({ clock, interceptors: watched(waiting, { answers: [] }, globals) })
    .runSettled()
  await clock.advance(50)
  expect((await ended).report.stages['llm']).toMatchObject({ status: 'ok', startedAt: 0, endedAt: 50 })
})
