import { StageflowError, type PipelineStatus } from '@stageflow/core'

/** A child run that is under way. */
export interface ChildRun {
  readonly runId: string
  readonly parentRunId: string
  /** The run at the top of its tree. */
  readonly rootRunId: string
  /** 1 for a child of a run that has no parent. */
  readonly depth: number
  /** The child's pipeline. */
  readonly pipeline?: string
  /** The stage of the parent that started it. */
  readonly stage?: string
  /** The stages above it, with item or attempt, such as `answer#2/write`. */
  readonly path?: string
}

/** What `register` takes: where root and depth are left out, they follow from the parent's, if that is known. */
export type ChildRunRegistration = Omit<ChildRun, 'rootRunId' | 'depth'> & Partial<ChildRun>

/** What a tracker has seen; all but the two that are active count from its making, or from `resetMetrics`. */
export interface ChildRunMetrics {
  readonly registrationCount: number
  readonly unregistrationCount: number
  /** Of the runs that were unregistered, how they ended. */
  readonly completedCount: number
  readonly failedCount: number
  readonly cancelledCount: number
  /** Questions for one run: `find`, `children`, `parent`, `root`, `depth`. */
  readonly lookupCount: number
  /** Questions for a tree: `descendants`. */
  readonly treeTraversalCount: number
  /** Runs that have children under way. */
  readonly activeParents: number
  /** Child runs under way. */
  readonly activeChildren: number
  /** The most that were under way at once. */
  readonly maxConcurrentChildren: number
  readonly maxDepthSeen: number
}

interface Entry {
  readonly run: ChildRun
  /** How often it is registered: an app may give one id to several runs. */
  times: number
}

const NOTHING = {
  registrationCount: 0,
  unregistrationCount: 0,
  completedCount: 0,
  failedCount: 0,
  cancelledCount: 0,
  lookupCount: 0,
  treeTraversalCount: 0,
  maxConcurrentChildren: 0,
  maxDepthSeen: 0,
}

/** The tree of the child runs that are under way. Keeps nothing of a run that has ended. */
export class ChildRunTracker {
  readonly #runs: Map<string, Entry> = new Map()
  readonly #children: Map<string, Set<string>> = new Map()
  #active = 0
  #counts = { ...NOTHING }

  /** Adds a child run; the answer takes it out, once. Throws `child-tracker/illegal-run`. */
  register(given: ChildRunRegistration): (status?: PipelineStatus) => void {
    checkRun(given)
    const { runId, parentRunId } = given
    const above = this.#runs.get(parentRunId)?.run
    const run = {
      ...given,
      rootRunId: given.rootRunId ?? above?.rootRunId ?? parentRunId,
      depth: given.depth ?? (above?.depth ?? 0) + 1,
    }
    const known = this.#runs.get(runId)
    if (known === undefined) this.#add(run)
    else known.times++
    const counts = this.#counts
    counts.registrationCount++
    counts.maxConcurrentChildren = Math.max(counts.maxConcurrentChildren, ++this.#active)
    counts.maxDepthSeen = Math.max(counts.maxDepthSeen, run.depth)
    let ended = false
    return (status) => {
      if (ended) return
      ended = true
      this.#ended(runId, status)
    }
  }

  /** A child run that is under way. */
  find(runId: string): ChildRun | undefined {
    this.#counts.lookupCount++
    return this.#runs.get(runId)?.run
  }
  /** The ids of its children under way, in the order in which they started. */
  children(runId: string): readonly string[] {
    this.#counts.lookupCount++
    return [...(this.#children.get(runId) ?? [])]
  }
  /** The id of its parent; undefined for a run that has none, or is not under way. */
  parent(runId: string): string | undefined {
    return this.find(runId)?.parentRunId
  }
  /** The id of the run at the top of its tree: its own where it is no child. */
  root(runId: string): string {
    return this.find(runId)?.rootRunId ?? runId
  }
  /** 0 for a run that is no child, 1 for its children. */
  depth(runId: string): number {
    return this.find(runId)?.depth ?? 0
  }
  /** The ids of its children, of their children, and so on: parents come before their children. */
  descendants(runId: string): readonly string[] {
    this.#counts.treeTraversalCount++
    const found = new Set<string>()
    const waiting = [runId]
    // A set and a list that grow while they are walked: a tree may be deep, and what was registered by hand may go round.
    for (const each of waiting) {
      for (const child of this.#children.get(each) ?? []) {
        if (found.has(child) || child === runId) continue
        found.add(child)
        waiting.push(child)
      }
    }
    return [...found]
  }

  /** The figures as they are now. */
  metrics(): ChildRunMetrics {
    return { ...this.#counts, activeParents: this.#children.size, activeChildren: this.#active }
  }
  /** Counts anew from here; the peaks are those of the runs under way. */
  resetMetrics(): void {
    let maxDepthSeen = 0
    for (const { run } of this.#runs.values()) maxDepthSeen = Math.max(maxDepthSeen, run.depth)
    this.#counts = { ...NOTHING, maxConcurrentChildren: this.#active, maxDepthSeen }
  }

  #add(run: ChildRun): void {
    this.#runs.set(run.runId, { run, times: 1 })
    const siblings = this.#children.get(run.parentRunId)
    if (siblings === undefined) this.#children.set(run.parentRunId, new Set([run.runId]))
    else siblings.add(run.runId)
  }

  #ended(runId: string, status: PipelineStatus | undefined): void {
    this.#active--
    this.#counts.unregistrationCount++
    if (status !== undefined) this.#counts[`${status}Count`]++
    const entry = this.#runs.get(runId)
    if (entry === undefined || --entry.times > 0) return
    this.#runs.delete(runId)
    const { parentRunId } = entry.run
    const siblings = this.#children.get(parentRunId)
    siblings?.delete(runId)
    if (siblings?.size === 0) this.#children.delete(parentRunId)
  }
}

function checkRun(run: unknown): void {
  const { runId, parentRunId } = (run ?? {}) as Record<'runId' | 'parentRunId', unknown>
  if (isId(runId) && isId(parentRunId) && runId !== parentRunId) return
  const ids = `runId ${shown(runId)} and parentRunId ${shown(parentRunId)}`
  throw new StageflowError(
    'child-tracker/illegal-run',
    `register() was given ${ids}; both must be texts that are not empty, and no run is its own child.`,
  )
}

const isId = (value: unknown): boolean => typeof value === 'string' && value !== ''
const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : typeof value)
