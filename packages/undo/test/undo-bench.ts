import { manualClock, type ManualClock } from '@stageflow/testing'
import { afterEach, expect } from 'vitest'

import type {
  CallerOptions,
  Compensation,
  ToolExecutorOptions,
  UndoOptions,
  UndoResult,
} from '../../tool-executor/src/index.ts'
import { bench, type Bench } from '../../tool-executor/test/tool-bench.ts'
import type { AnyTool } from '../../tools/src/index.ts'
import { memoryUndoStore, undoLog, type UndoLogOptions } from '../src/index.ts'

export { deferred, tool, untilAborted } from '../../tool-executor/test/tool-bench.ts'

/** A bench whose executor has an undo log. */
export interface UndoBench extends Bench {
  readonly undo: (callId: string, options?: UndoOptions<any>) => Promise<UndoResult>
  readonly compensate: (pipelineRunId: string, options?: CallerOptions<any>) => Promise<Compensation>
}

/** `log` are the options of the undo log. By default, its store has the clock of the bench. */
export function undoBench(
  tools: readonly AnyTool[],
  log: UndoLogOptions = {},
  options: ToolExecutorOptions = {},
  clock: ManualClock = manualClock(),
): UndoBench {
  const undo = undoLog({ store: memoryUndoStore({ clock }), ...log })
  const made = bench(tools, { undo, ...options }, clock)
  const { executor, registry } = made
  return {
    ...made,
    undo: (callId, more) => executor.undo(callId, { registry, ...more }),
    compensate: (pipelineRunId, more) => executor.compensate(pipelineRunId, { registry, ...more }),
  }
}

/** `undoBench` for one test file: after each test, no clock has a timer left. Call it once. */
export function trackedUndoBench(): typeof undoBench {
  let made: UndoBench[] = []
  afterEach(() => {
    for (const { clock } of made) expect(clock.timers).toEqual([])
    made = []
  })
  return (...options) => {
    const one = undoBench(...options)
    made.push(one)
    return one
  }
}
