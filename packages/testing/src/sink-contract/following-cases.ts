import { StageOutput } from '@stageflow/core'
import type { EventSink } from '@stageflow/core'
import { show } from '@stageflow/core/kit'
import { anyPipeline, type AnyPipeline } from '../contract-base/any-pipeline.ts'
import { must, mustEqual } from '../contract-base/contract-case.ts'
import { RUN, type SinkBench } from './sink-bench.ts'

type RunCase = (bench: SinkBench) => Promise<void>

/** Rules for `onRun` and `chunks`. A sink without them keeps these too. */
export const followingCases: Readonly<Record<string, RunCase>> = {
  'has a function as onRun and a boolean as chunks, if it has them': hasLegalMembers,
  'follows runs without failing or stopping them': followsRuns,
  'after close it follows runs without failing them': followsWhenClosed,
}

async function hasLegalMembers({ sink }: SinkBench): Promise<void> {
  const { onRun, chunks } = sink as { readonly onRun?: unknown; readonly chunks?: unknown }
  must(
    onRun === undefined || typeof onRun === 'function',
    `onRun is ${show(onRun)}. Make it a function (run) => part, or leave it out.`,
  )
  must(
    chunks === undefined || typeof chunks === 'boolean',
    `chunks is ${show(chunks)}. Set it to true if the sink takes chunk events, or leave it out.`,
  )
}

async function followsRuns(bench: SinkBench): Promise<void> {
  for (const [ending, end] of Object.entries(ENDINGS)) {
    const alone = await outcomeOf(bench, ending, end, undefined)
    const followed = await outcomeOf(bench, ending, end, bench.sink)
    mustEqual(followed, alone, `how a run that is ${ending} ended with the sink`)
  }
  await bench.finish()
}

async function followsWhenClosed(bench: SinkBench): Promise<void> {
  await bench.close()
  const { completed } = ENDINGS
  const alone = await outcomeOf(bench, 'completed', completed, undefined)
  const followed = await outcomeOf(bench, 'completed', completed, bench.sink)
  mustEqual(followed, alone, 'how a run ended with the sink after close()')
}

const ENDINGS = {
  completed: () => ({}),
  failed: () => StageOutput.fail('down'),
  cancelled: () => StageOutput.cancel('not needed'),
  suspended: () => StageOutput.suspend({ question: 'Go on?' }),
}

/** A run with a skipped stage, a map, a child run and a stream of chunks, that ends as `end` says. */
function pipelineThat(end: () => unknown): AnyPipeline {
  const child = anyPipeline('child').withStage('inner', () => ({ inner: true }))
  return anyPipeline('contract')
    .withStage('words', async function* () {
      yield 'Hello'
      return { words: 1 }
    })
    .withStage('skipped', () => StageOutput.skip('not today'))
    .withMap('items', { over: () => [1, 2], each: (item: unknown) => ({ item }) })
    .withPipeline('kid', child, { dependencies: ['words'] })
    .withStage('last', end, { dependencies: ['kid', 'items'] })
}

/** How a run and its stages ended, and what the sink threw when it was told of them. */
async function outcomeOf(
  bench: SinkBench,
  ending: string,
  end: () => unknown,
  eventSink: EventSink | undefined,
): Promise<string> {
  const graph = pipelineThat(end).build({ clock: bench.clock, ...(eventSink !== undefined && { eventSink }) })
  const result = await bench.settles(graph.runSettled({ pipelineRunId: `${RUN}-${ending}` }), 'A run')
  // A hook that is asynchronous by mistake rejects after the run.
  await Promise.resolve()
  const ended = Object.entries(result.report.stages).map(([name, { status }]) => `${name} ${status}`)
  const reports = [result.report, ...Object.values(result.children).map(({ report }) => report)]
  const problems = reports
    .flatMap(({ notes }) => notes['core/problems'] ?? [])
    .filter(({ code }) => code === 'core/observer-threw')
  return [result.status, ...ended, ...problems.map(({ message }) => message)].join(', ')
}
