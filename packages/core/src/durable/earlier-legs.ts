import { childPath, placeSuffix } from '../contract/keys.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { isObject } from '../base/check.ts'
import { Output, asStageOutput, copiedOutput, readOutput } from '../contract/output.ts'
import type { SuspendOutput } from '../contract/output.ts'
import type {
  ChildResult,
  LegReport,
  PipelineReport,
  RestoredRun,
  RestoredStage,
  Resume,
  Resumed,
  StageRecord,
} from '../contract/results.ts'
import type { RunAuthor, RunInput } from '../contract/snapshot-fields.ts'
import { MapFacts } from '../report/map-facts.ts'
import { OK, SKIPPED, SUSPENDED } from '../schedule/plan.ts'
import { revived } from './facts.ts'
import { askedInside, isDue, itemsIn, suspendedChild } from './asked.ts'
import type { SuspendedRun } from './asked.ts'

/** How a leg goes on. */
export interface Answering {
  /** Who has answered. */
  readonly by: RunAuthor | undefined
  /** When the leg begins: questions whose time has passed by then go on. */
  readonly now: number
}

/** What is left of a suspended run, with the answers to its requests. */
export class EarlierLegs implements Resume {
  readonly snapshot: RunInput
  readonly legs: readonly LegReport[]
  /** The child runs for the result of this leg: without those that it continues, which have a new result. */
  readonly children: Record<string, ChildResult>
  readonly #children: SuspendedRun['children']
  readonly #outputs: Readonly<Record<string, unknown>>
  readonly #records: Readonly<Record<string, StageRecord>>
  readonly #answers: unknown
  readonly #answering: Answering
  /** The path of this run below the root: empty for the root. */
  readonly #path: string

  constructor(run: SuspendedRun, answers: unknown, answering: Answering, path = '') {
    const { snapshot, outputs, report, children } = run
    this.snapshot = snapshot
    this.legs = legsOf(report)
    this.children = { ...children }
    this.#children = children
    this.#outputs = outputs
    this.#records = report.stages
    this.#answers = answers
    this.#answering = answering
    this.#path = path
  }

  get leg(): number {
    return this.legs.length + 1
  }

  restore(facts: RestoredRun, index: number): number {
    const { names, freeze } = facts.graph
    const name = names[index] as string
    const given = this.#outputs[name] as Output | undefined
    if (given === undefined) return 0
    const stage = facts.stage(index)
    if (stage.record !== undefined) {
      // It was restored as suspended, and now the schedule skips it.
      stage.record = undefined
      return 0
    }
    const output = readOutput(copiedOutput(given, name), name, freeze)
    const { status } = output
    const resumed = this.#resumed(output, this.#answers, name, childPath(this.#path, name))
    if (resumed !== undefined) {
      stage.resumed = resumed
      return 0
    }
    const record = (stage.record = this.#records[name] as StageRecord)
    stage.output = output
    facts.times[2 * index] = record.startedAt ?? NaN
    // Its dependents are ready from the start of this leg.
    facts.times[2 * index + 1] = facts.startedAt
    if (status !== 'ok') return status === 'skip' ? SKIPPED : SUSPENDED
    facts.data[index] = output.data as object
    return OK
  }

  restoreItems(map: RestoredStage, stage: string, hasKeys: boolean): (key: string) => Resumed | undefined {
    const { state, answer } = map.resumed ?? {}
    const items = new MapFacts(hasKeys, false)
    const resumed = new Map<string, Resumed>()
    for (const [key, given] of Object.entries<Output | null | undefined>(itemsIn(state) ?? {})) {
      const suffix = placeSuffix(key)
      const output = given ? copiedOutput(asOutput(given), stage + suffix) : undefined
      const goesOnWith = output && this.#resumed(output, answer, key, childPath(this.#path, stage) + suffix)
      const ended = goesOnWith === undefined ? output : undefined
      const index = items.add(key, ended)
      if (goesOnWith !== undefined) resumed.set(key, goesOnWith)
      if (ended !== undefined) items.describe(index, ended, undefined)
    }
    map.items ??= items
    return (key) => resumed.get(key)
  }

  /** What a stage or an item goes on with that had suspended: its answer, or what it goes on with when its time has passed. */
  #resumed(output: Output, answers: unknown, name: string, path: string): Resumed | undefined {
    if (output.status !== 'suspend') return undefined
    const { request, state, otherwise } = output
    const { by, now } = this.#answering
    if (isObject(answers) && Object.hasOwn(answers, name))
      return { request, state, answer: answers[name], expired: false, by }
    const asking = asStageOutput(output) as SuspendOutput
    if (!isDue(asking, this.#children, path, now)) return undefined
    // Of a child run or a map, what is inside has expired.
    const isInside = askedInside(asking, this.#children, path) !== undefined
    return { request, state, answer: isInside ? {} : otherwise, expired: !isInside, by: undefined }
  }

  child(path: string, resumed: Resumed | undefined): EarlierLegs | undefined {
    const found = resumed && suspendedChild(this.#children, path)
    if (found === undefined) return undefined
    const [key, child] = found
    delete this.children[key]
    return new EarlierLegs(child, resumed?.answer, this.#answering, path)
  }
}

/** The output of an item. One that was written as JSON has its error as a record. */
function asOutput(given: Output): Output {
  const { error } = given
  if (given instanceof Output || error === undefined) return given
  return Object.assign({}, given, { error: revived(error as ErrorRecord) })
}

/** The earlier legs of a run. Of the last one, only the stages that suspended: later reports have the other records. */
function legsOf({ legs = [], ...report }: PipelineReport): readonly LegReport[] {
  const suspended = Object.entries(report.stages).filter(([, { status }]) => status === 'suspend')
  return [...legs, { ...report, stages: Object.fromEntries(suspended) }]
}
