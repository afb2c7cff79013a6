import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, Join, StageContext } from '@stageflow/core'
import { passTurns } from '../clock/event-loop-turns.ts'
import { seededRandom } from '../random/seeded-random.ts'
import type { AnyGraph } from './executor-bench.ts'

/** A pipeline with random stages, joins, endings, child pipelines and maps. The same seed makes the same one in every process. */
export interface RandomPipeline {
  readonly graph: AnyGraph
  readonly options: { readonly maxConcurrency?: number; readonly onStageFailure: 'stop' | 'continue' }
  /** Its result doesn't depend on the order in which stages end, so every run has the same. */
  readonly isOrderFree: boolean
}

/** What happens beside its stages. */
export interface Beside {
  /** Called when code begins and has ended, with the key of its call. It may take time. */
  readonly step?: (key: string) => Promise<void> | void
  readonly interceptors?: readonly Interceptor[]
}

const FORMS = ['stage', 'stage', 'stage', 'child', 'map'] as const
const ENDINGS = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'skip', 'fallback', 'tolerated', 'fail', 'cancel'] as const
const JOINS = ['all', 'settled', 'every', 'any', 'quorum'] as const

/** Makes the random pipeline of a seed. Half of them, by the parity of the seed, are free of order. */
export function randomPipeline(seed: number, { step, interceptors = [] }: Beside = {}): RandomPipeline {
  const random = seededRandom(seed)
  const upTo = (end: number): number => Math.floor(random() * end)
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T
  const isOrderFree = seed % 2 === 0
  let pipeline = new Pipeline(`random-${seed}`) as unknown as AnyPipeline
  const names: string[] = []
  for (let place = 0, count = 2 + upTo(6); place < count; place++) {
    const form = pick(FORMS)
    const name = `${form[0]}${place}`
    const dependencies = names.filter(() => random() < 0.4)
    const picked = pick(JOINS)
    const join = joinOf(isOrderFree && (picked === 'any' || picked === 'quorum') ? 'settled' : picked, dependencies)
    const drawn = pick(ENDINGS)
    const ending = isOrderFree && (drawn === 'fail' || drawn === 'cancel') ? 'ok' : drawn
    const turns = upTo(4)
    const isAsync = random() < 0.7
    const options = {
      dependencies,
      join,
      ...(!isOrderFree && random() < 0.3 ? { late: 'abort' } : {}),
      ...(random() < 0.2 ? { when: () => place % 3 !== 1 } : {}),
      ...(ending === 'fallback' ? { onFailure: { fallback: { from: 'fallback' } } } : {}),
      ...(ending === 'tolerated' ? { onFailure: 'skip' } : {}),
    }
    const code = async (key: string, inputs: unknown, context: StageContext): Promise<unknown> => {
      if (isAsync) await passTurns(turns)
      await step?.(context.stage.name === name ? key : `${name}/${key}`)
      return endOf(ending, name, inputs)
    }
    const run = (key: string) => (context: StageContext) =>
      isAsync || step !== undefined
        ? code(key, context.inputs.toJSON(), context)
        : endOf(ending, name, context.inputs.toJSON())
    if (form === 'stage') pipeline = pipeline.withStage(name, run(name), options)
    else if (form === 'child')
      pipeline = pipeline.withPipeline(
        name,
        (new Pipeline('child') as unknown as AnyPipeline)
          .withStage(
            'first',
            async (context) => {
              await passTurns(turns)
              await step?.(`${name}/${context.stage.name}`)
              return { from: 'first' }
            },
            {},
          )
          .withStage('last', run('last'), { dependencies: ['first'] }),
        options,
      )
    else
      pipeline = pipeline.withMap(name, {
        over: () => [0, 1, 2],
        each: async (item: number) => {
          if (isAsync) await passTurns((turns + item) % 4)
          await step?.(`${name}#${item}`)
          return item === 1 ? endOf(ending, name, {}) : { item }
        },
        concurrency: 2,
        ...options,
      })
    names.push(name)
  }
  const maxConcurrency = pick([undefined, undefined, 1, 2])
  return {
    graph: pipeline.build({ interceptors }),
    options: { onStageFailure: pick(['stop', 'continue'] as const), ...(maxConcurrency && { maxConcurrency }) },
    isOrderFree,
  }
}

/** A pipeline whose stages run one after the other. */
export function chainPipeline(length: number, { step }: Beside = {}): RandomPipeline {
  let pipeline = new Pipeline('chain') as unknown as AnyPipeline
  for (let place = 0; place < length; place++)
    pipeline = pipeline.withStage(
      `s${place}`,
      async ({ stage }) => {
        await step?.(stage.name)
        return { place }
      },
      { dependencies: place === 0 ? [] : [`s${place - 1}`] },
    )
  return { graph: pipeline.build({}), options: { onStageFailure: 'stop' }, isOrderFree: true }
}

// The names are made at run time, so the compiler cannot know them.
interface AnyPipeline {
  withStage(name: string, code: (context: StageContext) => unknown, options: object): AnyPipeline
  withPipeline(name: string, child: AnyPipeline, options: object): AnyPipeline
  withMap(name: string, options: object): AnyPipeline
  build(options: object): AnyGraph
}

function joinOf(join: (typeof JOINS)[number], { length }: readonly string[]): Join {
  if (join !== 'quorum') return join
  return length === 0 ? 'all' : { quorum: 1 + (length >> 1) }
}

function endOf(ending: (typeof ENDINGS)[number], stage: string, inputs: unknown): unknown {
  if (ending === 'skip') return StageOutput.skip('nothing to do')
  if (ending === 'cancel') return StageOutput.cancel('enough')
  if (ending !== 'ok') return StageOutput.fail('broken')
  // An item of a map that was skipped is undefined, which JSON cannot hold in an array.
  return { stage, inputs: JSON.parse(JSON.stringify(inputs)) as unknown }
}

/** An interceptor that delays every run and child run, at its begin and its end. */
export function delayedRuns(seed: number): Interceptor {
  const random = seededRandom(seed)
  return {
    name: 'contract/delayed-runs',
    wrapRun: (next) => async (context) => {
      await passTurns(Math.floor(random() * 6))
      const outcome = await next(context)
      await passTurns(Math.floor(random() * 6))
      return outcome
    },
  }
}
