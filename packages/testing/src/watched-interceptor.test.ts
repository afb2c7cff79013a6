import { Pipeline, StageOutput } from '@stageflow/core'
import type { CallPart, Interceptor, InterceptorContext, RunStage, StageInfo } from '@stageflow/core'
import { expect, test } from 'vitest'
import { Disguise } from './disguise.ts'
import { watched, type Watch } from './watched-interceptor.ts'

const passing: Interceptor = { name: 'passing', wrap: (next) => (context) => next(context) }

const next: RunStage = () => StageOutput.ok({})

/** How many of those that watch an interceptor, itself included, wrap a stage. */
const wrapping = (subject: Interceptor, watch: Watch = { answers: [] }): number =>
  watched(subject, watch).filter(({ wrap }) => wrap !== undefined && wrap(next, {} as StageInfo) !== next).length

test('watching wraps no stage that the interceptor does not wrap', () => {
  const taking: Interceptor = { name: 'taking', onCall: () => () => ({ ended: () => {} }) }
  const leaving: Interceptor = { ...taking, wrap: (inner) => inner }
  const disguise = new Disguise({})
  expect(wrapping(taking)).toBe(0)
  expect(wrapping(taking, { answers: [], disguise })).toBe(0)
  expect(wrapping(leaving)).toBe(0)
  expect(wrapping(leaving, { answers: [], disguise })).toBe(0)
  expect(wrapping(passing)).toBe(1)
})

test.each([[[]], [[passing]]])(
  'it notes what is answered outside and inside, and how often: beside %j',
  async (beside) => {
    const answersOf = async (subject: Interceptor, run: () => object) => {
      const watch: Watch = { answers: [] }
      const graph = new Pipeline('chat')
        .withStage('llm', run)
        .build({ interceptors: [...beside, ...watched(subject, watch)] })
      await Promise.all([graph.runSettled(), graph.runSettled()])
      return watch.answers.map(({ stage, inner, outer, calls }) => [stage, inner?.status, outer.status, calls])
    }
    const again: Interceptor = {
      name: 'again',
      wrap: (next) => async (context) => {
        const output = await next(context)
        return output.status === 'fail' ? next(context) : output
      },
    }
    const refusing: Interceptor = { name: 'refusing', onCall: () => () => StageOutput.fail('no') }
    const fails = async (): Promise<object> => StageOutput.fail('down')
    expect(await answersOf({ name: 'nothing', settled() {} }, () => ({}))).toEqual(
      Array(2).fill(['llm', 'ok', 'ok', 1]),
    )
    expect(await answersOf({ name: 'nothing', settled() {} }, fails)).toEqual(Array(2).fill(['llm', 'fail', 'fail', 1]))
    expect(await answersOf(again, fails)).toEqual(Array(2).fill(['llm', 'fail', 'fail', 2]))
    expect(await answersOf(refusing, fails)).toEqual(Array(2).fill(['llm', undefined, 'fail', 0]))
  },
)

test.each([[[]], [[passing]]])(
  'a part that is shown in disguise takes part as it would by itself: beside %j',
  async (beside) => {
    const told: string[] = []
    let late = 0
    /** Its functions need it as `this`. */
    class Part implements CallPart {
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
        this.#context.endCall(this, StageOutput.fail('ended'))
      }
      onHeartbeat(): void {
        told.push(`heartbeat of ${this.#context.stage.name}`)
      }
      ended(output: StageOutput, context: InterceptorContext): void {
        told.push(`ended ${output.status} ${context === this.#context}`)
        context.endCall(this, StageOutput.ok({}))
      }
    }
    const disguise = new Disguise({ onLateEnd: () => void late++ })
    let deadline: number | undefined
    const { report } = await new Pipeline('chat')
      .withStage('llm', async (context) => {
        deadline = context.deadline
        context.heartbeat()
      })
      .build({
        interceptors: [
          ...beside,
          ...watched({ name: 'ending', onCall: () => (context) => new Part(context) }, { answers: [], disguise }),
        ],
      })
      .runSettled()
    expect(report.stages['llm']?.error?.message).toBe('ended')
    expect(told).toEqual(['enter true', 'heartbeat of llm', 'ended fail true'])
    expect(deadline).toBeTypeOf('number')
    expect(late).toBe(1)
  },
)
