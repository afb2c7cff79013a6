import { StageflowError, type PipelineStatus } from '@stageflow/core'
import { checkOptions, type OptionRules, plainOptions, required, show, TEXT, whole } from '@stageflow/core/kit'

/** A child run in progress. */
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

/** What `register` takes. A missing root or depth is derived from the parent, if the tracker knows it. */
export type ChildRunRegistration = Omit<ChildRun, 'rootRunId' | 'depth'> & Partial<ChildRun>

/** What a tracker has counted since it was made, or since `resetStats`. The two active counts are current. */
export interface ChildRunStats {
  readonly registrationCount: number
  readonly unregistrationCount: number
  /** Registrations that were refused: a cycle, or a second parent for one run. */
  readonly refusedCount: number
  /** How the unregistered runs ended. */
  readonly completedCount: number
  readonly failedCount: number
  readonly cancelledCount: number
  readonly suspendedCount: number
  /** Calls of `find`, `children`, `parent`, `root` and `depth`. */
  readonly lookupCount: number
  /** Calls of `descendants`. */
  readonly treeTraversalCount: number
  /** Runs that have children in progress. */
  readonly activeParents: number
  /** Child runs in progress. */
  readonly activeChildren: number
  /** The most child runs that were in progress at once. */
  readonly maxConcurrentChildren: number
  readonly maxDepthSeen: number
}

interface Entry {
  readonly run: ChildRun
  /** How often it is registered: an app may give several runs the same id. */
  times: number
}

const NOTHING = {
  registrationCount: 0,
  unregistrationCount: 0,
  refusedCount: 0,
  completedCount: 0,
  failedCount: 0,
  cancelledCount: 0,
  suspendedCount: 0,
  lookupCount: 0,
  treeTraversalCount: 0,
  maxConcurrentChildren: 0,
  maxDepthSeen: 0,
}

/** The trees of the child runs in progress. Keeps nothing of a run that has ended. */
export class ChildRunTracker {
  readonly #runs: Map<string, Entry> = new Map()
  readonly #children: Map<string, Set<string>> = new Map()
  #active = 0
  #counts = { ...NOTHING }

  /** Adds a child run. Returns the function that removes it. Throws `child-tracker/illegal-run`, also for a cycle or a second parent. */
  register(given: ChildRunRegistration): (status?: PipelineStatus) => void {
    checkRun(given)
    this.#refuseWrongParent(given)
    const { runId, parentRunId } = given
    const above = this.#runs.get(parentRunId)?.run
    const run = {
      ...plainOptions(given),
      rootRunId: given.rootRunId ?? above?.rootRunId ?? parentRunId,
      depth: given.depth ?? (above?.depth ?? 0) + 1,
    }
    const known = this.#runs.get(runId)
    if (known === undefined) this.#add(run)
    else known.times++
    this.#active++
    const counts = this.#counts
    counts.registrationCount++
    counts.maxConcurrentChildren = Math.max(counts.maxConcurrentChildren, this.#active)
    counts.maxDepthSeen = Math.max(counts.maxDepthSeen, run.depth)
    let isRemoved = false
    return (status) => {
      if (isRemoved) return
      isRemoved = true
      this.#remove(runId, status)
    }
  }

  /** Returns a child run in progress; undefined for any other id. */
  find(runId: string): ChildRun | undefined {
    checkId('find', runId)
    this.#counts.lookupCount++
    return this.#runs.get(runId)?.run
  }
  /** The ids of the run's children in progress, in the order in which they started. */
  children(runId: string): readonly string[] {
    checkId('children', runId)
    this.#counts.lookupCount++
    return [...(this.#children.get(runId) ?? [])]
  }
  /** The id of the run's parent; undefined for a run that isn't a child in progress. */
  parent(runId: string): string | undefined {
    checkId('parent', runId)
    return this.find(runId)?.parentRunId
  }
  /** The id of the run at the top of its tree. A run that isn't a child is its own root. */
  root(runId: string): string {
    checkId('root', runId)
    return this.find(runId)?.rootRunId ?? runId
  }
  /** 0 for a run that isn't a child, 1 for its children. */
  depth(runId: string): number {
    checkId('depth', runId)
    return this.find(runId)?.depth ?? 0
  }
  /** The ids of the run's children, their children and so on. Parents come before their children. */
  descendants(runId: string): readonly string[] {
    checkId('descendants', runId)
    this.#counts.treeTraversalCount++
    const found = [...(this.#children.get(runId) ?? [])]
    // The list grows while the loop walks it. Recursion would overflow the stack in a deep tree.
    for (const each of found) for (const child of this.#children.get(each) ?? []) found.push(child)
    return found
  }

  /** Returns the counts as a frozen object. */
  stats(): ChildRunStats {
    return Object.freeze({ ...this.#counts, activeParents: this.#children.size, activeChildren: this.#active })
  }
  /** Sets the counts to 0, and the maxima to those of the runs in progress. */
  resetStats(): void {
    let maxDepthSeen = 0
    for (const { run } of this.#runs.values()) maxDepthSeen = Math.max(maxDepthSeen, run.depth)
    this.#counts = { ...NOTHING, maxConcurrentChildren: this.#active, maxDepthSeen }
  }

  #refuseWrongParent({ runId, parentRunId }: ChildRunRegistration): void {
    const parent = this.#runs.get(runId)?.run.parentRunId
    if (parent !== undefined && parent !== parentRunId)
      this.#refuse(`run ${show(runId)} already has the parent ${show(parent)}, and cannot get ${show(parentRunId)} too`)
    // Only a run that has children can be above its own parent. Runs that core starts have none yet, so this costs them nothing.
    if (this.#children.has(runId) && this.#isAbove(runId, parentRunId))
      this.#refuse(`run ${show(parentRunId)} is a descendant of run ${show(runId)}, and cannot be its parent too`)
  }

  #isAbove(runId: string, start: string): boolean {
    let at: string | undefined = start
    while (at !== undefined) {
      if (at === runId) return true
      at = this.#runs.get(at)?.run.parentRunId
    }
    return false
  }

  #refuse(problem: string): never {
    this.#counts.refusedCount++
    throw illegalRun(`${problem}. Give each run its own pipelineRunId`)
  }

  #add(run: ChildRun): void {
    this.#runs.set(run.runId, { run, times: 1 })
    const siblings = this.#children.get(run.parentRunId)
    if (siblings === undefined) this.#children.set(run.parentRunId, new Set([run.runId]))
    else siblings.add(run.runId)
  }

  #remove(runId: string, status: PipelineStatus | undefined): void {
    this.#active--
    this.#counts.unregistrationCount++
    if (status !== undefined) this.#counts[`${status}Count`]++
    const entry = this.#runs.get(runId)
    if (entry === undefined) return
    entry.times--
    if (entry.times > 0) return
    this.#runs.delete(runId)
    const { parentRunId } = entry.run
    const siblings = this.#children.get(parentRunId)
    siblings?.delete(runId)
    if (siblings?.size === 0) this.#children.delete(parentRunId)
  }
}

const RUN: OptionRules<ChildRun> = {
  runId: required(TEXT),
  parentRunId: required(TEXT),
  rootRunId: TEXT,
  depth: whole(1),
  pipeline: TEXT,
  stage: TEXT,
  path: TEXT,
}

function checkRun(run: ChildRunRegistration): void {
  checkOptions('register()', ILLEGAL_RUN, run, RUN)
  if (run.runId === run.parentRunId)
    throw illegalRun(`runId and parentRunId are both ${show(run.runId)}. Pass the ids of two different runs`)
}

function checkId(method: string, runId: unknown): void {
  if (typeof runId !== 'string')
    throw new StageflowError(ILLEGAL_RUN, `${method}(): the id of a run must be a string, not ${show(runId)}.`)
}

const ILLEGAL_RUN = 'child-tracker/illegal-run'
const illegalRun = (problem: string): StageflowError => new StageflowError(ILLEGAL_RUN, `register(): ${problem}.`)
