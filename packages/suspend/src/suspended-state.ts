import { StageflowError } from '@stageflow/core'
import type { ChildResult, StageGraph, SuspendedResult } from '@stageflow/core'
import { fingerprintOf } from '@stageflow/core/durable'
import type { GraphFingerprint } from '@stageflow/core/durable'
import { asClause, checkArgumentCount, show, textOf } from '@stageflow/core/kit'
import { jsonProblems } from './json-values.ts'
import type { Path } from './json-values.ts'
import { isRecord } from './state-shape.ts'

/** The version of the format that this package writes and reads. */
export const FORMAT = 1
/** The maximum length of a state as JSON, in characters. */
const MOST_CHARACTERS = 64 * 1024 * 1024

/** A suspended run as plain JSON: store it, and pass it to `resume`. Its parts may differ in later versions. */
export interface SuspendedState {
  readonly format: typeof FORMAT
  /** The shape of the graph that the run began with. */
  readonly fingerprint: GraphFingerprint
  /** The input, the outputs, the report, the child runs, and what interceptors keep with the run. */
  readonly run: object
  /** The places in `run` with an undefined item of an array, such as a skipped item of a map: JSON has null there. */
  readonly gaps: readonly Path[]
}

/**
 * Turns the suspended result of a run of `graph` into plain JSON. Throws `suspend/not-json` if JSON can't write a value that the
 * next leg reads, `suspend/not-suspended` for another result, and `suspend/too-large` above 64 Mi characters.
 */
export function suspendedState<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  result: SuspendedResult<Stages>,
): SuspendedState {
  checkArgumentCount(arguments.length, 2, 'suspendedState(graph, result)')
  const fingerprint = fingerprintOf(graph)
  const given = (isRecord(result) ? result : {}) as Partial<typeof result>
  const { status, report } = given
  if (status !== 'suspended') {
    const shown = status === undefined ? show(result) : `the result of a run that is ${show(status)}`
    throw notSuspended(shown, `the result of a run whose status is 'suspended'`)
  }
  if (!isRecord(report)) throw notSuspended('a result without its report', 'the result of a run, unchanged')
  if (report.pipeline !== graph.name)
    throw new StageflowError(
      'suspend/changed-graph',
      `suspendedState was given a run of "${report.pipeline}" and the graph "${graph.name}"; pass the graph that ran.`,
    )
  if (![given.snapshot, given.outputs, given.children].every(isRecord))
    throw notSuspended('a result without its snapshot, outputs or children', 'the result of a run, unchanged')
  const kept = factsOf(result as unknown as AnyResult)
  const gaps: Path[] = []
  const problems = jsonProblems(readLater(kept), gaps)
  if (problems.length > 0)
    throw new StageflowError(
      'suspend/not-json',
      `The suspended run of "${graph.name}" cannot be written as JSON: ${problems.join('; ')}. Return plain JSON values from stages, such as date.toISOString().`,
    )
  const text = written({ format: FORMAT, fingerprint, run: kept, gaps }, graph.name)
  checkLength(text)
  return JSON.parse(text) as SuspendedState
}

const notSuspended = (given: string, wanted: string): StageflowError =>
  new StageflowError('suspend/not-suspended', `suspendedState was given ${given}; pass ${wanted}.`)

/** Throws `suspend/too-large` for a state that is too long. */
export function checkLength(text: string): void {
  if (text.length <= MOST_CHARACTERS) return
  throw new StageflowError(
    'suspend/too-large',
    `The state of a suspended run has ${text.length} characters; at most ${MOST_CHARACTERS} are read. Keep large data in a store of its own, and its key in the run.`,
  )
}

/** The parts of a result that are kept. Its `data` and `requests` are in `outputs` too. */
interface KeptRun {
  readonly status: string
  readonly reason: string | undefined
  readonly errors: unknown
  readonly snapshot: unknown
  /** What interceptors keep with the run, such as who began it. */
  readonly kept: unknown
  readonly outputs: Readonly<Record<string, unknown>>
  readonly report: unknown
  readonly children: Readonly<Record<string, KeptRun>>
}

type AnyResult = Pick<ChildResult, 'status' | 'outputs' | 'report' | 'children'> &
  Partial<ChildResult> & { readonly kept?: unknown }

function factsOf({ status, reason, errors, snapshot, kept, outputs, report, children }: AnyResult): KeptRun {
  return {
    status,
    reason,
    errors: errors?.length === 0 ? undefined : errors,
    snapshot: plain(snapshot),
    kept,
    outputs: mapped(outputs, plainOutput),
    report,
    children: mapped(children, factsOf),
  }
}

function mapped<From, To>(record: Readonly<Record<string, From>>, change: (one: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, one]) => [name, change(one)]))
}

/** Marks the outputs of every copy of core. */
const OUTPUT: symbol = Symbol.for('@stageflow/output')
const isOutput = (value: unknown): boolean => typeof value === 'object' && value !== null && OUTPUT in value

/** A suspended map keeps the outputs of its items in its state. */
function plainOutput(output: unknown): unknown {
  const kept = plain(output) as { readonly state?: { readonly items?: readonly unknown[] } }
  const items = kept.state?.items
  if (!Array.isArray(items) || !items.some(isOutput)) return kept
  const plainItems = items.map((item: unknown) => (isOutput(item) ? plain(item) : item))
  return { ...kept, state: { ...kept.state, items: plainItems } }
}

/** The engine's own objects have `toJSON`; what was read from JSON is plain already. */
function plain(value: unknown): unknown {
  const { toJSON } = (value ?? {}) as { readonly toJSON?: () => unknown }
  return toJSON === undefined ? value : toJSON.call(value)
}

/**
 * The values that the next leg reads: the input and the outputs of all suspended runs. The rest only tells what happened, so it
 * is written as JSON writes it.
 */
function readLater({ status, snapshot, kept, outputs, children }: KeptRun): object {
  if (status !== 'suspended') return {}
  return { snapshot, kept, outputs, children: mapped(children, readLater) }
}

function written(state: object, pipeline: string): string {
  try {
    return JSON.stringify(state)
  } catch (cause) {
    throw new StageflowError(
      'suspend/not-json',
      `The suspended run of "${pipeline}" cannot be written as JSON: ${asClause(textOf(cause))}. The data of settled child runs must be JSON too.`,
      { cause },
    )
  }
}
