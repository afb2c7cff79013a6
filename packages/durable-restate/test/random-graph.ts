import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext, StageGraph } from '@stageflow/core'
import fc from 'fast-check'
import { draft, wire } from '../../core/test/random-graphs.ts'

/** Called when the code of a stage begins, with the key of its call. */
export type Begin = (runId: string, key: string) => void

export interface RandomGraph {
  readonly graph: StageGraph<Record<string, never>, {}>
  /** Whether its result is the same in whatever order its stages settle. */
  readonly isOrderFree: boolean
  /** The stages that ask, if they come to it. */
  readonly asking: readonly string[]
  readonly options: { readonly maxConcurrency?: number; readonly onStageFailure: 'stop' | 'continue' }
}

const code = fc.record({
  then: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'skip', 'fallback', 'tolerated', 'fail', 'cancel'),
  form: fc.constantFrom('stage', 'stage', 'stage', 'stage', 'service', 'ask', 'child', 'map'),
  hasWhen: fc.boolean(),
  /** How long its code takes, in ms. */
  takes: fc.constantFrom(0, 0, 1, 5, 20, 60),
})
type Code = typeof code extends fc.Arbitrary<infer One> ? One : never

const randomCase = fc.record({
  drafts: fc.array(fc.tuple(draft, code), { minLength: 2, maxLength: 7 }),
  shuffled: fc.boolean(),
  maxConcurrency: fc.constantFrom(undefined, undefined, 1, 2),
  onStageFailure: fc.constantFrom('stop' as const, 'continue' as const),
  isOrderFree: fc.boolean(),
})

/** The random graph of a seed. It is the same in every process. */
export function randomGraph(seed: number, begin: Begin): RandomGraph {
  const [found] = fc.sample(randomCase, { seed, numRuns: 1 })
  const { drafts, shuffled, maxConcurrency, onStageFailure, isOrderFree } = found as NonNullable<typeof found>
  const stages = wire(
    drafts.map(([one, its]) => ({ ...one, ...its, ...(isOrderFree ? orderFree(one.join, its) : undefined) })),
    shuffled,
  )
  let pipeline = new Pipeline(`random-${seed}`)
  const added = new Set<number>()
  const nameOf = (place: number): string => `s${place}`
  const add = (place: number): void => {
    if (added.has(place)) return
    added.add(place)
    const stage = stages[place] as (typeof stages)[number]
    for (const source of stage.dependencies) add(source)
    const options = {
      dependencies: stage.dependencies.map(nameOf),
      join: stage.join,
      late: stage.late ? 'abort' : 'finish',
      ...(stage.hasWhen && { when: () => place % 3 !== 1 }),
      ...(stage.then === 'fallback' && { onFailure: { fallback: { from: 'fallback' } } }),
      ...(stage.then === 'tolerated' && { onFailure: 'skip' }),
    }
    pipeline = withForm(pipeline, nameOf(place), stage, options, begin)
  }
  for (let place = 0; place < stages.length; place++) add(place)
  const options = { onStageFailure, ...(maxConcurrency !== undefined && { maxConcurrency }) }
  const asking = stages.flatMap(({ form }, place) => (form === 'ask' ? [nameOf(place)] : []))
  return { graph: pipeline.build() as never, isOrderFree, asking, options }
}

/** The result of these joins and endings doesn't depend on the order in which stages settle. */
const orderFree = (join: string, { then }: Code): object => ({
  late: false,
  join: join === 'any' || join === 'quorum' ? 'settled' : join,
  then: then === 'fail' || then === 'cancel' ? 'ok' : then,
})

function withForm(pipeline: Pipeline, name: string, its: Code, options: object, begin: Begin): Pipeline {
  const { form } = its
  const given = options as never
  const stage = name as 's0' // any name is as good for the types
  // The id of a child run begins with that of the run at the top.
  const beginOf = ({ snapshot }: StageContext, key: string): void =>
    begin(snapshot.pipelineRunId.split('/', 1)[0] as string, key)
  const work = async (context: StageContext, key: string): Promise<{ of: string }> => {
    beginOf(context, key)
    await new Promise((resolve) => setTimeout(resolve, its.takes))
    return ends(its, key, form === 'map' ? {} : (context.inputs.toJSON() as object)) as never
  }
  if (form === 'child') {
    const child = new Pipeline('child')
      .withStage('first', (context) => work(context as never, `${name}/first`))
      .withStage('last', (context) => work(context as never, `${name}/last`), { dependencies: ['first'] })
    return pipeline.withPipeline(stage, child, given) as never
  }
  if (form === 'map') {
    const each = (item: number, context: StageContext): Promise<object> => work(context, `${name}#${item}`)
    return pipeline.withMap(stage, { over: () => [0, 1, 2], each, concurrency: 2, ...options } as never) as never
  }
  const ask = (context: StageContext): object => {
    beginOf(context, context.resumed === undefined ? name : `${name}@2`)
    return context.resumed === undefined ? StageOutput.suspend({ ask: name }) : { answer: context.resumed.answer }
  }
  const placement = form === 'service' ? { placement: 'service' } : {}
  const run = (context: StageContext): unknown => (form === 'ask' ? ask(context) : work(context, name))
  return pipeline.withStage(stage, run as never, { ...options, ...placement } as never) as never
}

function ends({ then }: Code, key: string, inputs: object): object {
  if (then === 'skip') return StageOutput.skip('nothing to do')
  if (then === 'cancel') return StageOutput.cancel('enough')
  if (then !== 'ok' && then !== undefined) return StageOutput.fail('broken')
  return { of: key, inputs: JSON.parse(JSON.stringify(inputs)) as object }
}
