import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PipelineReport } from '../src/index.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { certainRun } from './random-pipelines.ts'
import type { RunCase } from './run-case.ts'
import { compareWithReference } from './run-comparison.ts'
import { checkInvariants } from './run-invariants.ts'
import { runRandom, runTogether } from './run-random.ts'
import type { Trace } from './run-random.ts'
import { nameOf } from './stage-code.ts'

/** Runs without the options that a child does not inherit, or that both runs would act on in one instant. */
const inheritable: fc.Arbitrary<RunCase> = certainRun.map((run) => ({
  ...run,
  maxConcurrency: undefined,
  onStageFailure: 'stop',
  timeoutMs: undefined,
  abortAtMs: run.abortAtMs === undefined ? undefined : Math.abs(run.abortAtMs),
}))

/** What a report says, but for its id. */
const factsOf = ({ status, startedAt, endedAt, stages }: PipelineReport): object => ({
  status,
  startedAt,
  endedAt,
  stages,
})

function checkParent({ result, whenSettled, events }: Trace, child: PipelineReport): void {
  const stage = result.report.stages['child']
  // An abort reaches the parent first, even where the child was about to end in another way.
  const { aborted } = whenSettled
  const [ownStatus, runStatus] = {
    completed: ['ok', 'completed'],
    failed: ['fail', aborted ? 'cancelled' : 'failed'],
    cancelled: aborted ? ['cancel', 'cancelled'] : ['skip', 'completed'],
    suspended: ['suspend', 'suspended'],
  }[child.status]
  expect([stage?.status, result.status, result.report.endedAt]).toEqual([ownStatus, runStatus, child.endedAt])
  expect(stage?.abandoned, 'the parent outwaits its child').toBeUndefined()
  for (const place of whenSettled.working)
    expect(child.stages[nameOf(place)]?.abandoned, `the code of ${nameOf(place)} outlives its run`).toBe(true)
  const { timersLeft, listenersLeft, calls, callsLater } = whenSettled
  expect([timersLeft, listenersLeft, callsLater - calls]).toEqual([0, 0, 0])
  for (const report of events.length === 0 ? [] : [result.report, child]) {
    const own = events.filter(({ pipelineRunId }) => pipelineRunId === report.pipelineRunId)
    expect(own.map(({ seq }) => seq)).toEqual([...own.keys()])
    expect(own.at(-1)?.type).toBe(`pipeline.${report.status}`)
  }
}

test(
  'a random run has the same result as a child of another run, and the other waits until it has ended',
  async () => {
    await fc.assert(
      fc.asyncProperty(inheritable, async (run) => {
        const alone = await runRandom(run)
        const nested = await runRandom(run, true)
        const child = nested.result.report.stages['child']?.children?.[0] as PipelineReport
        expect(factsOf(child)).toEqual(factsOf(alone.result.report))
        checkParent(nested, child)
      }),
      propertySettings(800),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test(
  'each of several random concurrent runs of one graph has the result that is predicted for it alone, with any options',
  async () => {
    const runs = fc
      .array(certainRun, { minLength: 2, maxLength: 3 })
      .map(
        ([first, ...others]) =>
          [first, ...others.map((run) => ({ ...run, ...sharedOf(first as RunCase) }))] as RunCase[],
      )
    await fc.assert(
      fc.asyncProperty(runs, async (together) => {
        const traces = await runTogether(together)
        together.forEach((run, index) => {
          checkInvariants(run, traces[index] as Trace)
          compareWithReference(run, traces[index] as Trace)
        })
      }),
      propertySettings(800),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

/** What belongs to the graph, not to a run of it. */
const sharedOf = ({ stages, wrapper, watched }: RunCase): Partial<RunCase> => ({ stages, wrapper, watched })
