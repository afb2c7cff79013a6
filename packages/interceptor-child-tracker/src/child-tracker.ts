import { StageflowError, type Interceptor, type RunContext } from '@stageflow/core'

import { ChildRunTracker } from './child-run-tracker.ts'

export interface ChildTrackerOptions {
  /** Where the runs are kept, to be shared by several interceptors. Default: one of its own. */
  readonly tracker?: ChildRunTracker
}

/** The interceptor that `childTracker()` makes. */
export interface ChildTracker extends Interceptor {
  /** Answers what is under way, and has the figures. */
  readonly tracker: ChildRunTracker
}

/** Keeps the tree of the child runs that are under way: who started whom, how many, how deep. Costs a stage nothing. */
export function childTracker(options: ChildTrackerOptions = {}): ChildTracker {
  const tracker = checkedTracker(options)
  return {
    name: 'child-tracker',
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

function checkedTracker(options: unknown): ChildRunTracker {
  const isObject = typeof options === 'object' && options !== null
  const unknown = isObject ? Object.keys(options).filter((name) => name !== 'tracker') : []
  const tracker =
    isObject && unknown.length === 0 ? ((options as ChildTrackerOptions).tracker ?? new ChildRunTracker()) : undefined
  // By what it does, for an app may hold two copies of this package.
  if (typeof tracker?.register === 'function') return tracker
  const what = !isObject
    ? `a value of type ${typeof options}`
    : unknown.length > 0
      ? `${unknown.map((name) => `"${name}"`).join(', ')}, which is no option`
      : 'a tracker that is none'
  throw new StageflowError(
    'child-tracker/illegal-option',
    `childTracker() was given ${what}; pass { tracker: new ChildRunTracker() }, or nothing.`,
  )
}
