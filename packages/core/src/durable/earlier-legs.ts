import { isArray, isObject } from '../base/check.ts'
import { copiedOutput, readOutput } from '../contract/output.ts'
import type { Output } from '../contract/output.ts'
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
import type { Kept, RunAuthor, RunInput } from '../contract/snapshot-fields.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import { OK, SKIPPED, SUSPENDED } from '../schedule/plan.ts'

/** A suspended run: its result, or that result written as JSON and parsed. */
export interface SuspendedRun {
  readonly status: 'suspended'
  readonly requests: Readonly<Record<string, unknown>>
  readonly snapshot: ContextSnapshot | RunInput
  readonly outputs: Readonly<Record<string, unknown>>
  readonly report: PipelineReport
  /** What interceptors keep with the run, by their names. */
  readonly kept?: Kept | undefined
  readonly children: Readonly<Record<string, ChildResult>>
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
  /** Who answered. */
  readonly #by: RunAuthor | undefined

  constructor({ snapshot, outputs, report, children }: SuspendedRun, answers: unknown, by: RunAuthor | undefined) {
    this.snapshot = snapshot
    this.legs = legsOf(report)
    this.children = { ...children }
    this.#children = children
    this.#outputs = outputs
    this.#records = report.stages
    this.#answers = answers
    this.#by = by
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
    if (status === 'suspend' && hasAnswer(this.#answers, name)) {
      stage.reruns = new Map([['', resumedWith(output, this.#answers[name], this.#by)]])
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

  item({ reruns }: RestoredStage, place: number): Output | undefined {
    const map = reruns?.get('')
    const given = itemsIn(map?.state)?.[place]
    if (given === undefined) return undefined
    const suffix = `#${place}`
    const output = copiedOutput(given, suffix)
    if (output.status !== 'suspend' || !hasAnswer(map?.answer, `${place}`)) return output
    reruns?.set(suffix, resumedWith(output, map.answer[place], this.#by))
    return undefined
  }

  child(path: string, resumed: Resumed | undefined): EarlierLegs | undefined {
    const found = resumed && suspendedChild(this.#children, path)
    if (found === undefined) return undefined
    const [key, child] = found
    delete this.children[key]
    return new EarlierLegs(child, resumed?.answer, this.#by)
  }
}

const hasAnswer = (answers: unknown, name: string): answers is Readonly<Record<string, unknown>> =>
  isObject(answers) && Object.hasOwn(answers, name)

const resumedWith = ({ request, state }: Output, answer: unknown, by: RunAuthor | undefined): Resumed => ({
  request,
  state,
  answer,
  by,
})

/** The suspended child run at `path`, with its key. After a retry, the key ends with `@2` or the like. */
export const suspendedChild = (
  children: SuspendedRun['children'],
  path: string,
): readonly [key: string, child: SuspendedRun] | undefined =>
  Object.entries(children).find(([key, { status }]) => key.split('@', 1)[0] === path && status === 'suspended') as
    | [string, SuspendedRun]
    | undefined

/** The outputs of the items of a map that suspended. */
export function itemsIn(state: unknown): readonly Output[] | undefined {
  const items = isObject(state) ? (state['items'] as readonly (Output | null)[] | undefined) : undefined
  return isArray(items) && items.some((item) => item?.status === 'suspend') ? (items as readonly Output[]) : undefined
}

/** The earlier legs of a run. Of the last one, only the stages that suspended: later reports have the other records. */
function legsOf({ legs = [], ...report }: PipelineReport): readonly LegReport[] {
  const suspended = Object.entries(report.stages).filter(([, { status }]) => status === 'suspend')
  return [...legs, { ...report, stages: Object.fromEntries(suspended) }]
}
