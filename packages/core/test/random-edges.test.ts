import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { PipelineBuildError } from '../src/index.ts'
import type { EdgeRunCase } from './edge-case.ts'
import { wrongsOf } from './edge-checks.ts'
import { runEdges } from './edge-run.ts'
import type { EdgeTrace } from './edge-run.ts'
import { PROPERTY_TIMEOUT_MS, wholeSettings } from './property-settings.ts'
import { edgeRun } from './random-edges.ts'

// Whole runs of random graphs with edges of all kinds. `npm run nightly -- edges` tries many more.

const settings = wholeSettings(1_500)

/** How often a run, a stage or a loop over streams ended so. */
const seen = new Map<string, number>()
const add = (key: string): void => void seen.set(key, timesSeen(key) + 1)
const timesSeen = (key: string): number => seen.get(key) ?? 0

function count({ stages, interruptAtMs, cancelAtMs }: EdgeRunCase, { result, log }: EdgeTrace): void {
  add(`run ${result.status}`)
  if (interruptAtMs !== undefined && result.status === 'cancelled' && cancelAtMs === undefined) add('interrupted')
  for (const { stage, status, reason = '', error } of Object.values(result.report.stages)) {
    add(`stage ${status}`)
    if (reason === 'late') add('late')
    if (reason.startsWith('gate "')) add('refused')
    if (error?.code !== undefined) add(error.code)
    add(stages[Number(stage.slice(1))]?.form ?? '')
  }
  for (const { loopEnd } of log.attempts) if (loopEnd !== undefined) add(`loop ${loopEnd}`)
  for (const { soft } of log.received) for (const status of soft) add(`soft ${status}`)
}

test(
  'random runs with edges end, lose no chunk, show nothing that a gate has refused, and keep every other rule',
  async () => {
    await fc.assert(
      fc.asyncProperty(edgeRun, async (run) => {
        const trace = await runEdges(run)
        if (trace instanceof PipelineBuildError) {
          add('graphs refused')
          expect(new Set(trace.problems.map(({ code }) => code))).toEqual(new Set(['core/stream-deadlock']))
          return
        }
        count(run, trace)
        expect(wrongsOf(run, trace)).toEqual([])
      }),
      settings,
    )
  },
  PROPERTY_TIMEOUT_MS,
)

const ENDINGS = [
  ...['run completed', 'run failed', 'run cancelled', 'interrupted', 'graphs refused'],
  ...['stage ok', 'stage skip', 'stage fail', 'stage cancel', 'late', 'refused'],
  ...['loop clean', 'loop left', 'loop open', 'loop aborted', 'loop core/stream-cut', 'loop core/stream-skipped'],
  ...['loop core/no-chunks', 'core/attempt-committed', 'timeout/timed-out', 'retry/exhausted', 'core/when'],
  ...['soft ok', 'soft late', 'soft skip', 'soft fail', 'function', 'generator', 'map', 'child'],
]

test('the random runs came to every ending of a run, of a stage and of a loop over streams', () => {
  expect(ENDINGS.filter((key) => timesSeen(key) === 0)).toEqual([])
})

afterAll(() => {
  const counts = ENDINGS.map((key) => `${key} ${timesSeen(key)}`).join(', ')
  console.log(`Random runs with edges: ${settings.numRuns} from seed ${settings.seed}: ${counts}`)
})
