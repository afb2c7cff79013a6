import { Pipeline, StageOutput, type Interceptor, type PipelineInfo, type PipelineReport } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'

/** What an item of a map does, on the clock of the run. */
export interface PlannedItem {
  readonly ms: number
  /** How often it fails before it ends. */
  readonly failures?: number
  readonly pauseMs?: number
  readonly ends?: 'ok' | 'skip' | 'fail'
}

export interface PlannedMap {
  readonly items: readonly PlannedItem[]
  readonly keyOf?: (index: number) => string
  readonly concurrency?: number
  readonly onItemFailure?: 'fail' | 'skip' | 'collect'
}

const MOST_FAILURES = 3
const again: Interceptor = {
  name: 'again',
  wrap: (next) => async (context) => {
    for (let attempt = 1; attempt <= MOST_FAILURES; attempt++) {
      const output = await next(context)
      if (output.status !== 'fail' || !String(output.error).includes('try again')) return output
      await context.clock.sleep(Number(/\d+/.exec(String(output.error))), context.signal)
    }
    return next(context)
  },
}

/** Runs `prepare`, the map `letters`, and `save`. */
export async function runMap({
  items,
  keyOf = (index) => `doc-${index}`,
  concurrency = 16,
  onItemFailure = 'collect',
}: PlannedMap): Promise<{ readonly report: PipelineReport; readonly info: PipelineInfo }> {
  const clock = manualClock()
  const graph = new Pipeline('mail')
    .withStage('prepare', () => clock.sleep(5))
    .withMap('letters', {
      dependencies: ['prepare'],
      over: () => items.keys(),
      key: keyOf,
      concurrency,
      onItemFailure,
      each: async (index, { attempt, signal }) => {
        const { ms, failures = 0, pauseMs = 0, ends = 'ok' } = items[index] as PlannedItem
        await clock.sleep(ms, signal)
        if (attempt <= failures) return StageOutput.fail(`try again in ${pauseMs} ms`)
        if (ends === 'skip') return StageOutput.skip('no words')
        return ends === 'fail' ? StageOutput.fail(`no letter for ${index}`) : StageOutput.ok()
      },
    })
    .withStage('save', () => clock.sleep(5), { dependencies: ['letters'] })
    .build({ clock, interceptors: [again] })
  const run = graph.runSettled()
  await clock.runAll()
  const { report } = await run
  return { report, info: graph.info }
}

/** Items that all take 10 ms, but for those that are named. */
export function itemsOf(count: number, others: Readonly<Record<number, Partial<PlannedItem>>> = {}): PlannedItem[] {
  return Array.from({ length: count }, (_, index) => ({ ms: 10, ...others[index] }))
}
