import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext, StageGraph } from '@stageflow/core'

/** A graph made of a seed, the same in every process. */
export interface RandomGraph {
  readonly graph: StageGraph<unknown, {}>
  readonly options: { readonly maxConcurrency?: number; readonly onStageFailure?: 'stop' | 'continue' }
  /** Whether its result doesn't depend on the order in which its stages settle. */
  readonly isOrderFree: boolean
}

/** What the code of a stage does, once for each call: `key` is that of the call. */
export type Effect = (key: string) => void

/** Numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Ending = 'ok' | 'skip' | 'tolerated' | 'fallback' | 'fail' | 'cancel' | 'ask'

const waitFor = (ms: number, { signal }: StageContext): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })

/** Graphs with even seeds are free of order. `slowMs`: the longest time of a stage. */
export function randomGraph(seed: number, effect: Effect, slowMs: number): RandomGraph {
  const random = randomFrom(seed)
  const isOrderFree = seed % 2 === 0
  const pick = <T>(...of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const graph = pipelineOf(`random-${seed}`, '').build({}) as StageGraph<unknown, {}>
  const options = {
    ...(random() < 0.3 && { maxConcurrency: 1 + Math.floor(random() * 3) }),
    ...(!isOrderFree && random() < 0.3 && { onStageFailure: 'continue' as const }),
  }
  return { graph, options, isOrderFree }

  function pipelineOf(name: string, prefix: string): any {
    let pipeline: any = new Pipeline(name)
    const names: string[] = []
    const count = prefix === '' ? 4 + Math.floor(random() * 6) : 2
    for (let place = 0; place < count; place++) {
      const stage = `s${place}`
      const dependencies = names.filter(() => random() < 0.4).slice(0, 4)
      const join = isOrderFree ? pick('all', 'every', 'settled') : pick('all', 'every', 'settled', 'any')
      const options: Record<string, unknown> = { dependencies, ...(dependencies.length > 1 && { join }) }
      if (dependencies.length > 0 && random() < 0.15) options['when'] = () => place % 3 !== 1
      if (!isOrderFree && random() < 0.1) options['late'] = 'abort'
      const form = random()
      const ms = Math.floor(random() * slowMs)
      if (prefix === '' && form < 0.15)
        pipeline = pipeline.withPipeline(stage, pipelineOf(`${name}-${stage}`, `${stage}/`), { dependencies })
      else if (form < 0.3)
        pipeline = pipeline.withMap(stage, {
          dependencies,
          over: () => ['a', 'b', 'c'],
          concurrency: 2,
          each: mapped(`${prefix}${stage}`, ms, form < 0.2),
        })
      else pipeline = withCode(pipeline, stage, prefix, options, ms)
      names.push(stage)
    }
    return pipeline
  }

  function withCode(pipeline: any, stage: string, prefix: string, options: Record<string, unknown>, ms: number): any {
    const usual = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'skip', 'tolerated', 'fallback', 'ask'] as const
    const ending: Ending = isOrderFree ? pick(...usual) : pick(...usual, 'ok', 'ok', 'fail', 'cancel')
    if (ending === 'tolerated') options['onFailure'] = 'skip'
    if (ending === 'fallback') options['onFailure'] = { fallback: { from: 'fallback' } }
    const code = async (context: StageContext): Promise<unknown> => {
      const { inputs, resumed } = context
      effect(`${prefix}${stage}${resumed === undefined ? '' : '@2'}`)
      await waitFor(ms, context)
      if (ending === 'skip') return StageOutput.skip('nothing to do')
      if (ending === 'cancel') return StageOutput.cancel('enough')
      if (ending === 'ask' && resumed === undefined)
        return StageOutput.suspend({ ask: stage }, { state: { asked: stage } })
      if (ending === 'ask') return { answer: resumed?.answer, state: resumed?.state }
      if (ending !== 'ok') return StageOutput.fail(`broken ${stage}`)
      return { stage, inputs: JSON.parse(JSON.stringify(inputs)) as unknown }
    }
    return pipeline.withStage(stage, code, options)
  }

  function mapped(key: string, ms: number, asks: boolean) {
    return async (item: string, context: StageContext): Promise<unknown> => {
      const place = 'abc'.indexOf(item)
      effect(`${key}#${place}${context.resumed === undefined ? '' : '@2'}`)
      await waitFor(ms, context)
      if (asks && item === 'b')
        return context.resumed === undefined ? StageOutput.suspend({ ask: item }) : { answer: context.resumed.answer }
      return { item }
    }
  }
}

/** An answer for each open request, nested as `resume` takes it. */
export function answersFor(requests: readonly { readonly path: readonly string[] }[]): object {
  const answers: Record<string, any> = {}
  for (const { path } of requests) {
    let inside = answers
    for (const name of path.slice(0, -1)) inside = inside[name] ??= {}
    inside[path.at(-1) as string] = `yes, ${path.join('/')}`
  }
  return answers
}

/** A result without its times, and without what depends on the legs. */
export function shown(result: { readonly status: string; readonly data: unknown; readonly report: any }): unknown {
  const { status, data, report } = JSON.parse(JSON.stringify(result)) as typeof result
  const stages = Object.values(report.stages as Record<string, any>).map((record) => [
    record.stage,
    record.status,
    record.tolerated,
    record.error?.code,
    record.startedAt !== undefined,
  ])
  return { status, data, stages }
}
