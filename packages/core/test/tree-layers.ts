import { StageOutput } from '../src/index.ts'
import type { Clock, Interceptor, RunPipeline, RunStage } from '../src/index.ts'
import type { Deal, TreeLayer } from './tree-cases.ts'

const TRIES = 3
/** Longer than any grace time. */
const LONG_MS = 50

/**
 * The interceptors of a tree; a pipeline's depth is that of its name: `tree/s0/s2`. `clock` is that of their code, `told`
 * takes the stages that observers are told of.
 */
export function interceptorsOf(layers: readonly TreeLayer[], clock: Clock, told: string[]): readonly Interceptor[] {
  return layers.map((layer, number): Interceptor => {
    const { kind, depth } = layer
    const name = `layer-${number}`
    const isOf = (pipeline: string): boolean => depth === undefined || pipeline.split('/').length - 1 === depth
    if (kind === 'observes' || kind === 'observes and throws') {
      const settled: NonNullable<Interceptor['settled']> = ({ stage }, { pipelineRunId, item }) => {
        told.push(`${name} of ${pipelineRunId} ${stage}${item === undefined ? '' : `#${item.key}`}`)
        if (kind === 'observes and throws') throw new Error('an observer broke')
      }
      // A part in the run is told as the interceptor itself is.
      return number % 2 === 0 ? { name, settled } : { name, onRun: () => ({ enter: (next) => next(), settled }) }
    }
    if (kind === 'around') {
      let runs = 0
      return {
        name,
        wrapRun: (next, pipeline) =>
          isOf(pipeline.name)
            ? (run) => around(layer.deals[runs++ % layer.deals.length] as Deal, layer.ms, next, clock)(run)
            : next,
      }
    }
    const wrap: NonNullable<Interceptor['wrap']> = (next, stage) =>
      isOf(stage.pipeline.name) ? wrapped(kind, layer.ms, next, clock) : next
    return { name, aroundMaps: layer.aroundMaps, wrap }
  })
}

function wrapped(
  kind: Exclude<TreeLayer['kind'], 'around' | 'observes' | 'observes and throws'>,
  ms: number,
  next: RunStage,
  clock: Clock,
): RunStage {
  switch (kind) {
    case 'answers':
      return (context) => {
        void next(context)
        return StageOutput.ok({ from: 'interceptor' })
      }
    case 'times out':
      return async (context) => {
        const { context: inner, abort } = context.fork()
        const late = Promise.withResolvers<StageOutput>()
        const stop = clock.setTimeout(() => {
          abort(new Error('timed out'))
          late.resolve(StageOutput.fail('timed out'))
        }, ms)
        const output = await Promise.race([next(inner), late.promise])
        stop()
        return output
      }
    case 'retries':
      return async (context) => {
        for (let attempt = 1; ; attempt++) {
          const output = await next(context.fork().context)
          if ((output.status !== 'fail' && output.status !== 'retry') || attempt === TRIES) return output
          await clock.sleep(ms, context.signal)
        }
      }
    case 'hedges':
      return async (context) => {
        const first = context.fork()
        const second = context.fork()
        const output = await Promise.race([next(first.context), clock.sleep(ms).then(() => next(second.context))])
        first.abort(new Error('lost'))
        second.abort(new Error('lost'))
        return output
      }
  }
}

function around(deal: Deal, ms: number, next: RunPipeline, clock: Clock): RunPipeline {
  switch (deal) {
    case 'passes':
      return next
    case 'waits before':
      return async (run) => {
        await clock.sleep(ms, run.signal)
        return next(run)
      }
    case 'waits after':
      return async (run) => {
        const outcome = await next(run)
        await clock.sleep(ms)
        return outcome
      }
    case 'fails':
      return (run) => run.fail(new Error('refused'))
    case 'cancels':
      return (run) => run.cancel('refused')
    case 'throws after':
      return async (run) => {
        await next(run)
        throw new Error('a bug after the run')
      }
    case 'answers early':
      return async (run) => {
        void next(run)
        await clock.sleep(ms)
        return run.cancel('early')
      }
    case 'outstays':
      return async (run) => {
        const outcome = await next(run)
        await clock.sleep(LONG_MS)
        run.tryEmitEvent('tree.outstayed', {})
        return outcome
      }
    case 'hangs after':
      return async (run) => {
        await next(run)
        return new Promise(() => {})
      }
  }
}
