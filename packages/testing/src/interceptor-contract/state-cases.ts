import { StageOutput } from '@stageflow/core'
import type { ContextSnapshot, InterceptorContext, Pipeline, PipelineReport, StageContext } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import { anyPipeline } from '../contract-base/any-pipeline.ts'
import { broken, listed, must } from '../contract-base/contract-case.ts'
import { TO_PASS, type InterceptorBench, type CaseResult } from './interceptor-bench.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for the state of an interceptor: it must separate runs, graphs and stages. */
export const stateCases: Readonly<Record<string, RunCase>> = {
  'keeps many runs at once apart': manyRuns,
  'keeps several graphs apart': severalGraphs,
  'can be built again': buildsAgain,
  'keeps two stages of a run apart': twoStages,
  'serves stages and pipelines of any name': anyName,
  'keeps child runs and the items of a map apart': childRuns,
}

const MANY = 100

async function manyRuns(bench: InterceptorBench): Promise<void> {
  const first = bench.stage({
    name: 'first',
    run: async (context) => {
      const run = runOf(context)
      // Runs overtake each other.
      for (let turn = 0; turn < (run * 7) % 11; turn++) await Promise.resolve()
      return { run }
    },
  })
  const second = bench.stage({
    name: 'second',
    after: [first],
    run: async (context) => ({ run: runOf(context), first: (context.inputs.from('first') as { run: number }).run }),
  })
  const pipeline = anyPipeline('many', [first, second])
  await bench.run(bench.build(pipeline), bench.nextRun())
  const leftByOne = bench.clock.pending // which is the fault of another case
  const graph = bench.build(pipeline)
  const numbers = Array.from({ length: MANY }, () => bench.nextRun())
  const results = await bench.ends(Promise.all(numbers.map((run) => graph.start(run).settled)))
  const wrong = numbers.filter((run, place) => {
    const { status, data } = results[place] as CaseResult
    const own = data['second'] as { run: number; first: number } | undefined
    return status !== 'completed' || own?.run !== run || own.first !== run
  })
  const mixedUp = wrong.length === 1 ? 'a run' : `${wrong.length} runs`
  must(
    wrong.length === 0,
    bench.ownFailures === ''
      ? `it mixed up ${mixedUp} of ${MANY} at once. Keep the state of a call in the function that wrap or onCall returns, or in its part. Keep the state of a run in its part or in a slot.`
      : `it did not let ${wrong.length} of ${MANY} runs at once through. ${TO_PASS}`,
    results.find(({ status }) => status !== 'completed')?.report,
  )
  await bench.clock.settle()
  must(
    leftByOne > 0 || bench.clock.pending === 0,
    `it left ${bench.timers} behind after ${MANY} runs at once, and none after a single one: a variable that all runs share holds the timer of the last one only.`,
  )
}

async function severalGraphs(bench: InterceptorBench): Promise<void> {
  const names = ['north', 'south', 'west']
  const graphs = names.map((name) =>
    bench.build(
      anyPipeline(name, [
        bench.stage({
          name: 'stage',
          run: async () => {
            await Promise.resolve()
            return { name }
          },
        }),
      ]),
    ),
  )
  for (let round = 0; round < 2; round++) {
    const run = bench.nextRun()
    const results = await bench.ends(Promise.all(graphs.map((graph) => graph.start(run).settled)))
    names.forEach((name, place) => {
      const { status, data } = results[place] as CaseResult
      const answer = (data['stage'] as { name: string } | undefined)?.name
      must(
        status === 'completed' && answer === name,
        `it let a run of pipeline "${name}" end as ${status}, with the output of "${answer}". One instance serves any number of graphs: keep state under the name of the pipeline too.`,
      )
    })
  }
}

async function buildsAgain(bench: InterceptorBench): Promise<void> {
  const pipeline = anyPipeline('again', [bench.stage({ name: 'stage', run: async () => ({ done: true }) })])
  const wants = 'One instance serves any number of graphs: wrap and onCall are called once per stage and graph.'
  for (const time of ['first', 'second', 'third']) {
    let graph
    try {
      graph = bench.build(pipeline)
    } catch (error) {
      throw broken(`it let the ${time} graph of one pipeline not be built: ${textOf(error)} ${wants}`, error)
    }
    const result = await bench.run(graph, bench.nextRun())
    must(
      result.status === 'completed',
      `it let a run of the ${time} graph end as ${result.status} that was built from one pipeline. ${wants}`,
      result.report,
    )
  }
}

async function twoStages(bench: InterceptorBench): Promise<void> {
  const answering = ['left', 'right'].map((name) =>
    bench.stage({ name, run: async () => (await Promise.resolve(), { name }) }),
  )
  const both = await bench.run(bench.build(anyPipeline('answers', answering)), bench.nextRun())
  for (const { name } of answering) {
    const answer = (both.data[name] as { name: string } | undefined)?.name
    must(
      answer === name,
      `it gave stage "${name}" the output of stage "${answer}". Keep state under the name of the stage too.`,
    )
  }
  const broken = bench.stage({
    name: 'broken',
    onFailure: 'skip',
    run: async () => StageOutput.fail('down', { retryable: false }),
  })
  const sound = bench.stage({ name: 'sound', run: async () => ({ sound: true }) })
  const graph = bench.build(anyPipeline('failures', [broken, sound]))
  for (let time = 0; time < 20; time++) {
    const { report } = await bench.run(graph, bench.nextRun())
    const { status, error } = report.stages['sound'] ?? {}
    must(
      status === 'ok',
      `it held the failures of stage "broken" against stage "sound", which ended "${status}"${error === undefined ? '' : ` (${error.message})`}. Make the state of a stage inside wrap or onCall, which are called once per stage.`,
    )
  }
}

/** Members that every object inherits, names that differ only in case, and all separators. */
const NAMES = [
  'constructor',
  'toString',
  'hasOwnProperty',
  'stage',
  'Stage',
  'a/b',
  'a:b',
  'a-b',
  'a_b',
  'é',
  'x'.repeat(200),
]
const PLACES: readonly { readonly pipeline: string; readonly stages: readonly string[] }[] = [
  ...['names', 'Names', '__proto__', 'constructor', 'a (b) c. $1 [d'].map((pipeline) => ({ pipeline, stages: NAMES })),
  // One text, if the names are put together with a separator.
  ...['/', ':', '-', '_'].flatMap((separator) => [
    { pipeline: `north${separator}a`, stages: ['b'] },
    { pipeline: 'north', stages: [`a${separator}b`] },
  ]),
]

async function anyName(bench: InterceptorBench): Promise<void> {
  const graphs = PLACES.map(({ pipeline, stages }) => {
    const all = stages.map((name) =>
      bench.stage({
        name,
        run: async () => (await Promise.resolve(), { place: `"${name}" of pipeline "${pipeline}"` }),
      }),
    )
    try {
      return bench.build(anyPipeline(pipeline, all))
    } catch (error) {
      throw broken(
        `it let pipeline "${pipeline}", with stages ${listed(stages)}, not be built: ${textOf(error)}`,
        error,
      )
    }
  })
  const run = bench.nextRun()
  const results = await bench.ends(Promise.all(graphs.map((graph) => graph.start(run).settled)))
  PLACES.forEach(({ pipeline, stages }, place) => {
    const { data, errors = [], report } = results[place] as CaseResult
    for (const name of stages) {
      const own = `"${name}" of pipeline "${pipeline}"`
      const got = (data[name] as { readonly place: string } | undefined)?.place
      if (got === own) continue
      const what =
        got === undefined
          ? `ended "${report.stages[name]?.status}"${errors[0] === undefined ? '' : ` (${errors[0].message})`}`
          : `got the output of stage ${got}`
      throw broken(
        `stage ${own} ${what}. Any legal name works: keep what belongs to a stage in the function that wrap or onCall returns, or in a Map; an object has a "constructor" already. Make keys with JSON.stringify([pipeline, stage]), because names contain any separator, and don't change their case.`,
      )
    }
  })
}

const ITEMS = 5

async function childRuns(bench: InterceptorBench): Promise<void> {
  const itemOf = ({ snapshot }: InterceptorContext): unknown => snapshot.metadata['item']
  const work = bench.stage({
    name: 'work',
    run: async (context) => (await Promise.resolve(), { item: itemOf(context) }),
  })
  const child = anyPipeline('child', [work])
  const graph = bench.build(
    anyPipeline('parent')
      .withPipeline('single', child, {
        input: (_: object, { metadata }: ContextSnapshot) => ({ metadata: { ...metadata, item: 'single' } }),
      })
      .withMap('each', {
        over: () => Array.from({ length: ITEMS }, (_, item) => item),
        each: async (item: number, context: StageContext) => {
          const input = { metadata: { ...context.snapshot.metadata, item } }
          const { data } = await context.runChild(child as unknown as Pipeline, input)
          return { work: data }
        },
      }),
  )
  const { status, data, report } = await bench.run(graph, bench.nextRun())
  const { single, each } = data as {
    readonly single?: { readonly work?: { readonly item: unknown } }
    readonly each?: { readonly items: readonly { readonly work: { readonly work?: { readonly item: unknown } } }[] }
  }
  const seen = [single?.work?.item, ...(each?.items ?? []).map(({ work }) => work.work?.item)]
  must(
    status === 'completed' && seen.join() === 'single,0,1,2,3,4',
    `it let six child runs answer ${JSON.stringify(seen)} instead of their own items, in a run that ended as ${status}. A child run has its parent's input, options and slots, and its place is context.run.parent.path: keep what is remembered per run under it.`,
    report,
  )
  const [ofParent, ...ofChildren] = reportsIn(report).map(({ notes }) =>
    notes['core/problems']?.find(({ code }) => code === 'core/observer-threw'),
  )
  const thrown = ofChildren.find((problem) => problem !== undefined)
  must(
    ofParent !== undefined || thrown === undefined, // what it throws in the parent too is the fault of another case
    `it threw in a hook that only watches, in a child run: ${thrown?.message}`,
  )
}

/** The report of a run, and those of its child runs. */
const reportsIn = (report: PipelineReport): readonly PipelineReport[] => [
  report,
  ...Object.values(report.stages).flatMap(({ children = [] }) => children.flatMap(reportsIn)),
]

const runOf = ({ snapshot }: InterceptorContext): number => snapshot.metadata['contractRun'] as number
