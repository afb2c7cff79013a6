import { StageOutput } from '@stageflow/core'
import type { Interceptor, Join, StageContext } from '@stageflow/core'
import { passTurns } from '../clock/event-loop-turns.ts'
import { anyPipeline } from '../contract-base/any-pipeline.ts'
import type { AnyGraph, AnyPipeline } from '../contract-base/any-pipeline.ts'
import { seededRandom } from '../random/seeded-random.ts'

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

type Step = NonNullable<Beside['step']>

const FORMS = ['stage', 'stage', 'stage', 'child', 'map'] as const
const ENDINGS = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'skip', 'fallback', 'tolerated', 'fail', 'cancel'] as const
const JOINS = ['all', 'settled', 'every', 'any', 'quorum'] as const

type Ending = (typeof ENDINGS)[number]

/** A stage, as it was drawn. */
interface DrawnStage {
  readonly form: (typeof FORMS)[number]
  readonly name: string
  readonly ending: Ending
  /** How many turns of the event loop its code takes. */
  readonly turns: number
  readonly isAsync: boolean
  readonly options: object
}

/** Draws from a seed. */
interface Draw {
  readonly upTo: (end: number) => number
  readonly happens: (share: number) => boolean
  readonly pick: <T>(list: readonly [T, ...T[]]) => T
}

/** Makes the random pipeline of a seed. Half of them, by the parity of the seed, are free of order. */
export function randomPipeline(seed: number, { step, interceptors = [] }: Beside = {}): RandomPipeline {
  const draw = drawFrom(seed)
  const isOrderFree = seed % 2 === 0
  const names: string[] = []
  let pipeline = anyPipeline(`random-${seed}`)
  for (let place = 0, count = 2 + draw.upTo(6); place < count; place++) {
    const stage = drawStage(draw, place, names, isOrderFree)
    pipeline = withDrawn(pipeline, stage, step)
    names.push(stage.name)
  }
  const maxConcurrency = draw.pick([undefined, undefined, 1, 2])
  const onStageFailure = draw.pick(['stop', 'continue'] as const)
  return {
    graph: pipeline.build({ interceptors }),
    options: { onStageFailure, ...(maxConcurrency && { maxConcurrency }) },
    isOrderFree,
  }
}

function drawFrom(seed: number): Draw {
  const random = seededRandom({ seed })
  const upTo = (end: number): number => Math.floor(random() * end)
  return {
    upTo,
    happens: (share) => random() < share,
    pick: (list) => list[upTo(list.length)] ?? list[0],
  }
}

/** Draws stage number `place`, after those of `names`. */
function drawStage(draw: Draw, place: number, names: readonly string[], isOrderFree: boolean): DrawnStage {
  const form = draw.pick(FORMS)
  const dependencies = names.filter(() => draw.happens(0.4))
  const join = draw.pick(JOINS)
  const ending = draw.pick(ENDINGS)
  const turns = draw.upTo(4)
  const isAsync = draw.happens(0.7)
  // Who comes first decides these joins, and what is stopped by these endings.
  const isRace = join === 'any' || join === 'quorum'
  const isStop = ending === 'fail' || ending === 'cancel'
  const ownEnding = isOrderFree && isStop ? 'ok' : ending
  const options = {
    dependencies,
    join: joinOf(isOrderFree && isRace ? 'settled' : join, dependencies),
    ...(!isOrderFree && draw.happens(0.3) ? { late: 'abort' } : {}),
    ...(draw.happens(0.2) ? { when: () => place % 3 !== 1 } : {}),
    ...(ownEnding === 'fallback' ? { onFailure: { fallback: { from: 'fallback' } } } : {}),
    ...(ownEnding === 'tolerated' ? { onFailure: 'skip' } : {}),
  }
  return { form, name: `${form[0]}${place}`, ending: ownEnding, turns, isAsync, options }
}

function withDrawn(pipeline: AnyPipeline, stage: DrawnStage, step: Step | undefined): AnyPipeline {
  const { form, name, options } = stage
  if (form === 'stage') return pipeline.withStage(name, codeOf(stage, name, step), options)
  if (form === 'child') return pipeline.withPipeline(name, childOf(stage, step), options)
  return pipeline.withMap(name, { over: () => [0, 1, 2], each: itemOf(stage, step), concurrency: 2, ...options })
}

/** The code of a stage, whose calls have this key. */
function codeOf({ name, ending, turns, isAsync }: DrawnStage, key: string, step: Step | undefined) {
  const end = (inputs: unknown): unknown => endOf(ending, name, inputs)
  const endLater = async (inputs: unknown): Promise<unknown> => {
    if (isAsync) await passTurns(turns)
    await step?.(key)
    return end(inputs)
  }
  const isLater = isAsync || step !== undefined
  return ({ inputs }: StageContext): unknown => (isLater ? endLater(inputs.toJSON()) : end(inputs.toJSON()))
}

function childOf(stage: DrawnStage, step: Step | undefined): AnyPipeline {
  const first = async (): Promise<object> => {
    await passTurns(stage.turns)
    await step?.(`${stage.name}/first`)
    return { from: 'first' }
  }
  return anyPipeline('child')
    .withStage('first', first)
    .withStage('last', codeOf(stage, `${stage.name}/last`, step), { dependencies: ['first'] })
}

function itemOf({ name, ending, turns, isAsync }: DrawnStage, step: Step | undefined) {
  return async (item: number): Promise<unknown> => {
    if (isAsync) await passTurns((turns + item) % 4)
    await step?.(`${name}#${item}`)
    return item === 1 ? endOf(ending, name, {}) : { item }
  }
}

/** A pipeline whose stages run one after the other. */
export function chainPipeline(length: number, { step }: Beside = {}): RandomPipeline {
  let pipeline = anyPipeline('chain')
  for (let place = 0; place < length; place++) {
    const code = async ({ stage }: StageContext): Promise<object> => {
      await step?.(stage.name)
      return { place }
    }
    pipeline = pipeline.withStage(`s${place}`, code, { dependencies: place === 0 ? [] : [`s${place - 1}`] })
  }
  return { graph: pipeline.build({}), options: { onStageFailure: 'stop' }, isOrderFree: true }
}

function joinOf(join: (typeof JOINS)[number], { length }: readonly string[]): Join {
  if (join !== 'quorum') return join
  return length === 0 ? 'all' : { quorum: 1 + (length >> 1) }
}

function endOf(ending: Ending, stage: string, inputs: unknown): unknown {
  if (ending === 'skip') return StageOutput.skip('nothing to do')
  if (ending === 'cancel') return StageOutput.cancel('enough')
  if (ending !== 'ok') return StageOutput.fail('broken')
  // An item of a map that was skipped is undefined, which JSON cannot hold in an array.
  return { stage, inputs: JSON.parse(JSON.stringify(inputs)) as unknown }
}

/** An interceptor that delays every run and child run, at its begin and its end. */
export function delayedRuns(seed: number): Interceptor {
  const random = seededRandom({ seed })
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
