import type { Interceptor, RunContext } from '@stageflow/core'
import { checkArgumentCount, checkOptions, objectWith } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { ChildRunTracker } from './child-run-tracker.ts'

export interface ChildTrackerOptions {
  /** Where the runs are kept. Pass the same tracker to several interceptors for one view of all runs. Default: a new one. */
  readonly tracker?: ChildRunTracker
}

/** The interceptor of `childTracker()`. */
export interface ChildTracker extends Interceptor {
  /** The runs in progress, and the counts. */
  readonly tracker: ChildRunTracker
}

// Checked by a method, because an app may have two copies of this package.
const RULES: OptionRules<ChildTrackerOptions> = {
  tracker: objectWith('a new ChildRunTracker(): an object', 'register'),
}

/** Keeps the tree of the child runs in progress: parents, children, counts and depth. Costs a stage nothing. Throws `child-tracker/illegal-option`. */
export function childTracker(options: ChildTrackerOptions = {}): ChildTracker {
  checkArgumentCount(arguments.length, 1, 'childTracker(options)', 'child-tracker/illegal-option')
  checkOptions('childTracker()', 'child-tracker/illegal-option', options, RULES)
  const { tracker = new ChildRunTracker() } = options
  return {
    name: 'child-tracker',
    core: '^1.0.0',
    tracker,
    onRun(run) {
      if (run.parent === undefined) return undefined
      const unregister = register(tracker, run)
      return { ended: ({ status }) => unregister(status) }
    },
  }
}

type Unregister = ReturnType<ChildRunTracker['register']>

function register(tracker: ChildRunTracker, { pipelineRunId: runId, pipeline, parent }: RunContext): Unregister {
  const { pipelineRunId: parentRunId, rootRunId, depth, stage, path } = parent as NonNullable<typeof parent>
  return tracker.register({ runId, parentRunId, rootRunId, depth, pipeline: pipeline.name, stage, path })
}
