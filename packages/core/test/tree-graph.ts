import { Pipeline, StageKind } from '../src/index.ts'
import type { InterceptorContext, StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import type { TreeCode, TreePipeline, TreeStage, TreeWork } from './tree-cases.ts'
import { bodyOf } from './tree-code.ts'
import type { Body, TreeWatch } from './tree-code.ts'
import type { UntypedGraph, UntypedPipeline } from './untyped-pipeline.ts'

/** The builder without its types: the stages of a tree are known only when it is made. */
interface LooseBuilder {
  withStage(name: string, stage: Body, kind: StageKind, options: object): LooseBuilder
  withPipeline(name: string, child: LooseBuilder, options: object): LooseBuilder
  withMap(name: string, options: object): LooseBuilder
  build: UntypedPipeline['build']
}

const nameOf = (place: number): string => `s${place}`
const GUARD = 'guard'

/** A pipeline of a tree; its children are named after their place: `tree/s0/s2`. */
export function pipelineOf({ stages }: TreePipeline, name: string, watch: TreeWatch): LooseBuilder {
  let pipeline = new Pipeline(name) as unknown as LooseBuilder
  for (const [place, stage] of stages.entries())
    pipeline = withWork(pipeline, `${name}/${nameOf(place)}`, nameOf(place), stage, watch)
  return pipeline
}

function optionsOf({ dependencies, join, late, when, onFailure }: TreeStage): object {
  return {
    dependencies: dependencies.map(nameOf),
    join,
    late: late ? 'abort' : 'finish',
    ...(when === undefined ? undefined : { when: () => when }),
    ...(onFailure === 'none' ? undefined : { onFailure: onFailure === 'skip' ? 'skip' : { fallback: { from: 'it' } } }),
  }
}

function withWork(
  pipeline: LooseBuilder,
  path: string,
  name: string,
  stage: TreeStage,
  watch: TreeWatch,
): LooseBuilder {
  const { work } = stage
  const options = optionsOf(stage)
  switch (work.does) {
    case 'code':
      return pipeline.withStage(name, bodyOf(work.code, watch), StageKind.WORK, options)
    case 'child':
      return pipeline.withPipeline(name, pipelineOf(work.child, path, watch), options)
    case 'repeat': {
      const guard = bodyOf(work.guard, watch)
      const child = pipelineOf(work.child, path, watch).withStage(GUARD, guard, StageKind.GUARD, {})
      const { maxAttempts } = work
      return pipeline.withPipeline(name, child, { ...options, repeat: repeatUntil(GUARD, { maxAttempts }) })
    }
    case 'map': {
      return pipeline.withMap(name, { ...options, ...mapOptionsOf(work, path, watch) })
    }
    case 'runs': {
      const child = pipelineOf(work.child, path, watch)
      return pipeline.withStage(name, runsChildren(work, child, watch), StageKind.TRANSFORM, options)
    }
  }
}

const isPipeline = (each: TreeCode | TreePipeline): each is TreePipeline => 'stages' in each

type MapWork = Extract<TreeWork, { does: 'map' }>

function mapOptionsOf(work: MapWork, path: string, watch: TreeWatch): object {
  const { concurrency = Infinity, onItemFailure, maxFailures, keyed, streamed } = work
  return {
    over: (): object => itemsOf(work, watch),
    each: eachOf(work, path, watch),
    concurrency,
    onItemFailure,
    stream: streamed,
    ...(maxFailures === undefined || onItemFailure === 'fail' ? undefined : { maxFailures }),
    ...(keyed ? { key: (item: number) => `k${item}` } : undefined),
  }
}

function eachOf({ each, direct }: MapWork, path: string, watch: TreeWatch): object {
  if (!isPipeline(each)) {
    const body = bodyOf(each, watch)
    return (_: number, context: StageContext) => body(context)
  }
  const pipeline = pipelineOf(each, path, watch)
  if (direct) return pipeline
  const child = runsChildren({ waitsMs: 0, forgets: false, timeoutMs: undefined }, pipeline, watch)
  return (_: number, context: StageContext) => child(context)
}

function itemsOf({ items, source }: MapWork, { clock }: TreeWatch): object {
  if (source === 'list') return Array.from({ length: items }, (_, item) => item)
  return (async function* () {
    for (let item = 0; item < items; item++) {
      await clock.sleep(1)
      yield item
    }
    if (source === 'throws') throw new Error('the source broke')
  })()
}

function runsChildren(
  { waitsMs, forgets, timeoutMs }: Omit<Extract<TreeWork, { does: 'runs' }>, 'does' | 'child'>,
  pipeline: LooseBuilder,
  watch: TreeWatch,
): Body {
  const child = pipeline as unknown as UntypedGraph
  return async (context) => {
    const end = watch.begin(context as InterceptorContext)
    try {
      if (waitsMs > 0) await watch.clock.sleep(waitsMs)
      if (forgets) context.runChild(child).catch((refusal: unknown) => watch.refused.push(refusal))
      const { status } = await context.runChild(child, {}, timeoutMs === undefined ? {} : { timeoutMs })
      return { ended: status }
    } finally {
      end()
    }
  }
}
