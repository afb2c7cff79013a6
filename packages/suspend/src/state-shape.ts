import { ContextSnapshot } from '@stageflow/core'
import { show, textOf } from '@stageflow/core/kit'
import { placeOf } from './json-values.ts'
import type { Path } from './json-values.ts'

/** Child pipelines can't be nested deeper. */
const DEEPEST_CHILD = 5

type Fields = Readonly<Record<string, unknown>>
type Problems = Generator<string, void>

/** What is wrong with the shape of a parsed state, each as a part of a sentence. Values of stages are not looked at. */
export function* stateProblems(state: Fields): Problems {
  yield* graphProblems(state['fingerprint'], ['fingerprint'])
  yield* runProblems(state['run'], ['run'], 'suspended')
  yield* unless(isGaps(state['gaps']), ['gaps'], 'an array of paths', state['gaps'])
}

export const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isTime = (value: unknown): boolean => Number.isFinite(value)
const isArrayOf = (value: unknown, fits: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => fits(item))
const isGaps = (value: unknown): boolean =>
  isArrayOf(value, (path) => isArrayOf(path, (key) => isText(key) || Number.isSafeInteger(key)))

function* unless(fits: boolean, path: Path, must: string, value: unknown): Problems {
  if (!fits) yield `${placeOf(path)} must be ${must}, not ${kindOf(value)}`
}

/** Names a value without the content of strings, which may be a secret. */
const kindOf = (value: unknown): string => (typeof value === 'string' ? 'a string' : show(value))

/** Checks the fields of an object by their names. */
function* fieldProblems(
  value: Fields,
  path: Path,
  rules: Readonly<Record<string, readonly [fits: (value: unknown) => boolean, must: string]>>,
): Problems {
  for (const [key, [fits, must]] of Object.entries(rules))
    yield* unless(fits(value[key]), [...path, key], must, value[key])
}

const TEXT = [isText, 'a string'] as const
const TIME = [isTime, 'a number of milliseconds'] as const
const RECORD = [isRecord, 'an object'] as const
const optional = ([fits, must]: readonly [(value: unknown) => boolean, string]) =>
  [(value: unknown) => value === undefined || fits(value), must] as const

// ---------- the fingerprint

function* graphProblems(graph: unknown, path: Path, depth = 0): Problems {
  if (depth > DEEPEST_CHILD) return yield `${placeOf(path)} is nested more than ${DEEPEST_CHILD} deep`
  if (!isRecord(graph)) return yield* unless(false, path, 'the fingerprint of a graph', graph)
  yield* fieldProblems(graph, path, { pipeline: TEXT, stages: RECORD })
  if (!isRecord(graph['stages'])) return
  for (const [name, stage] of Object.entries(graph['stages'])) {
    const place = [...path, 'stages', name]
    if (!isRecord(stage)) yield* unless(false, place, 'an object', stage)
    else {
      yield* fieldProblems(stage, place, {
        kind: TEXT,
        dependencies: [(value) => isArrayOf(value, isText), 'an array of names'],
        join: [isJoin, 'a join'],
        map: optional([(value) => value === true, 'true']),
        keys: optional([(value) => value === true, 'true']),
        repeat: optional(TEXT),
        uninterruptible: optional([(value) => value === true, 'true']),
      })
      if (stage['child'] !== undefined) yield* graphProblems(stage['child'], [...place, 'child'], depth + 1)
    }
  }
}

const isJoin = (value: unknown): boolean => isText(value) || (isRecord(value) && Number.isSafeInteger(value['quorum']))

// ---------- the run and its child runs

const RUN_STATUSES = ['completed', 'cancelled', 'failed', 'suspended']
/** The statuses of outputs in a suspended run. */
const SUSPENDED_STATUSES = ['ok', 'skip', 'suspend']
const STATUSES = [...SUSPENDED_STATUSES, 'cancel', 'fail', 'retry']
const oneOf = (words: readonly string[]): string => `one of ${words.join(', ')}`

/** `status`: the one that the run must have; undefined for a child run. */
function* runProblems(run: unknown, path: Path, status?: string, depth = 0): Problems {
  if (depth > DEEPEST_CHILD) return yield `${placeOf(path)} is nested more than ${DEEPEST_CHILD} deep`
  if (!isRecord(run)) return yield* unless(false, path, 'a run', run)
  const statuses = status === undefined ? RUN_STATUSES : [status]
  yield* fieldProblems(run, path, {
    status: [(value) => statuses.includes(value as string), oneOf(statuses)],
    reason: optional(TEXT),
    errors: optional([Array.isArray, 'an array']),
    kept: optional(RECORD),
    outputs: RECORD,
    children: RECORD,
  })
  const { outputs, report, children, snapshot } = run
  const isSuspended = run['status'] === 'suspended'
  yield* reportProblems(report, [...path, 'report'])
  const records = isRecord(report) && isRecord(report['stages']) ? report['stages'] : {}
  if (isRecord(outputs)) yield* outputsProblems(outputs, records, path, isSuspended)
  if (isSuspended) yield* snapshotProblems(snapshot, [...path, 'snapshot'])
  if (!isRecord(children)) return
  for (const [key, child] of Object.entries(children)) {
    yield* runProblems(child, [...path, 'children', key], undefined, depth + 1)
  }
}

/** Checks the outputs of a run, and that each has its record. `path` is that of the run. */
function* outputsProblems(outputs: Fields, records: Fields, path: Path, isSuspended: boolean): Problems {
  const statuses = isSuspended ? SUSPENDED_STATUSES : STATUSES
  for (const [name, output] of Object.entries(outputs)) {
    yield* outputProblems(output, [...path, 'outputs', name], statuses)
    const recordPath = [...path, 'report', 'stages', name]
    yield* unless(Object.hasOwn(records, name), recordPath, 'the record of the stage', undefined)
  }
  const waits = Object.values(outputs).some((output) => isRecord(output) && output['status'] === 'suspend')
  if (isSuspended && !waits) yield `${placeOf([...path, 'outputs'])} has no stage that is suspended`
}

function* outputProblems(output: unknown, path: Path, statuses: readonly string[]): Problems {
  if (!isRecord(output)) return yield* unless(false, path, 'an output', output)
  const { status, data } = output
  yield* unless(statuses.includes(status as string), [...path, 'status'], oneOf(statuses), status)
  if (status === 'suspend') yield* fieldProblems(output, path, { until: optional(TIME) })
  if (status === 'skip') yield* unless(isText(output['reason']), [...path, 'reason'], 'a string', output['reason'])
  if (status !== 'ok') return
  yield* unless(isRecord(data), [...path, 'data'], 'an object', data)
  const inner = isRecord(data) ? data['status'] : undefined
  yield* unless(!STATUSES.includes(inner as string), [...path, 'data', 'status'], 'no status of an output', inner)
}

function* snapshotProblems(snapshot: unknown, path: Path): Problems {
  if (!isRecord(snapshot)) return yield* unless(false, path, 'the input of the run', snapshot)
  try {
    ContextSnapshot.fromJSON(snapshot)
  } catch (error) {
    yield `${placeOf(path)} is not the input of a run: ${textOf(error)}`
  }
}

function* reportProblems(report: unknown, path: Path): Problems {
  if (!isRecord(report)) return yield* unless(false, path, 'the report of a run', report)
  yield* fieldProblems(report, path, {
    pipeline: TEXT,
    pipelineRunId: TEXT,
    startedAt: TIME,
    endedAt: TIME,
    stages: RECORD,
    legs: optional([(value) => isArrayOf(value, isLeg), 'an array of reports']),
  })
  if (!isRecord(report['stages'])) return
  for (const [name, record] of Object.entries(report['stages']))
    yield* unless(isStageRecord(record, name), [...path, 'stages', name], 'the record of the stage', record)
}

const isLeg = (value: unknown): boolean =>
  isRecord(value) && isRecord(value['stages']) && isTime(value['startedAt']) && isTime(value['endedAt'])

const isStageRecord = (value: unknown, name: string): boolean =>
  isRecord(value) &&
  value['stage'] === name &&
  Array.isArray(value['attempts']) &&
  ['readyAt', 'startedAt', 'endedAt'].every((key) => value[key] === undefined || isTime(value[key]))
