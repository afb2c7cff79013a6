import type { Interceptor, InterceptorContext, Pipeline, StageContext } from '@stageflow/core'
import { anyPipeline, type AnyPipeline } from '../contract-base/any-pipeline.ts'
import { must } from '../contract-base/contract-case.ts'
import { TO_PASS, type InterceptorBench } from './interceptor-bench.ts'
import { FEW, mostAtOnce } from './most-at-once.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for the number of calls that an interceptor lets through. */
export const limitCases: Readonly<Record<string, RunCase>> = {
  'lets a thousand calls through': thousandCalls,
  'lets child runs through, however many parents wait for them': childrenOfMany,
}

const AT_ONCE = 100
const ROUNDS = 10

async function thousandCalls(bench: InterceptorBench): Promise<void> {
  const graph = bench.alone({ run: async () => ({}) })
  for (let round = 0; round < ROUNDS; round++) {
    const runs = Array.from({ length: AT_ONCE }, () => graph.start(bench.nextRun()).settled)
    const results = await bench.ends(Promise.all(runs))
    const refused = results.findIndex(({ status }) => status !== 'completed')
    const { status, errors = [] } = results[refused] ?? {}
    must(
      refused < 0,
      `it let call ${round * AT_ONCE + refused + 1} of ${AT_ONCE * ROUNDS} end as ${status}${errors[0] === undefined ? '' : ` (${errors[0].message})`}, and all before it complete. ${TO_PASS}`,
    )
  }
}

async function childrenOfMany(bench: InterceptorBench): Promise<void> {
  const { wrap, wrapRun } = bench.subject
  if (wrap === undefined && wrapRun === undefined) return // it cannot make a call wait
  const parents = ((await mostAtOnce(bench)) ?? FEW) + 1
  for (const [parent, pipelineOf] of Object.entries(PARENTS)) {
    const other = bench.another()
    const gate = Promise.withResolvers<void>()
    const graph = other.build(pipelineOf(other), {}, [startingLate(gate.promise)])
    const runs = Array.from({ length: parents }, () => graph.start(other.nextRun(), other.aborting()))
    const all = Promise.all(runs.map(({ settled }) => settled))
    // As many parents as the interceptor lets through at once have begun: only then their children start.
    await other.comesToRest(all)
    gate.resolve()
    await other
      .ends(all, `${parents} runs at once did not end, each with ${parent}`, WAITS_FOR_ITSELF)
      .finally(() => other.abortAll())
  }
}
const WAITS_FOR_ITSELF =
  " The call of a parent holds a place while the calls of its child run wait for one, so none gets one. Don't hold a place around a child run: let the calls of child runs, whose context.run.parent is defined, share the place of their parent."

/** Child runs start once the gate is open, as they do later if an interceptor outside asks a server first. */
const startingLate = (gate: Promise<void>): Interceptor => ({
  name: 'contract/late',
  wrapRun: (next) => async (run) => {
    if (run.parent !== undefined) await gate
    return next(run)
  },
})

const childOf = (bench: InterceptorBench): AnyPipeline =>
  anyPipeline('child', [bench.stage({ name: 'work', run: async () => (await Promise.resolve(), {}) })])

/** Pipelines with child runs of each kind. */
const PARENTS: Readonly<Record<string, (bench: InterceptorBench) => AnyPipeline>> = {
  'a stage that calls runChild': (bench) => {
    const child = childOf(bench) as unknown as Pipeline
    const run = async (context: InterceptorContext): Promise<object> => ({
      child: (await context.runChild(child)).status,
    })
    return anyPipeline('parent', [bench.stage({ name: 'stage', run })])
  },
  'a child pipeline': (bench) => anyPipeline('parent').withPipeline('child', childOf(bench)),
  'a map of two child runs': (bench) => {
    const child = childOf(bench) as unknown as Pipeline
    return anyPipeline('parent').withMap('each', {
      over: () => [1, 2],
      each: async (_: number, context: StageContext) => ({ child: (await context.runChild(child)).status }),
    })
  },
}
