import { checkArgumentCount } from '../base/argument-count.ts'
import { describe, isArray, isFunction, isObject } from '../base/check.ts'
import { StageflowError, errorRecord, textOf, toError } from '../base/errors.ts'
import { isError } from '../base/foreign.ts'
import { EMPTY, defined, getter, isPlain, printAs } from '../base/objects.ts'
import type { Freeze } from '../base/objects.ts'
import { ANY, DELAY, FLAG, TEXT, optionProblems, plainOptions } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { show } from '../base/show.ts'

/** Brands outputs; the same in every copy of core. */
const OUT: unique symbol = Symbol.for('@stageflow/output')

/** What a stage is for. The engine handles GUARD and WORK specially; the others are labels for people and tools. */
export const StageKind: StageKinds = Object.freeze({
  TRANSFORM: 'transform',
  ENRICH: 'enrich',
  ROUTE: 'route',
  GUARD: 'guard',
  WORK: 'work',
  AGENT: 'agent',
})
export interface StageKinds {
  readonly TRANSFORM: 'transform'
  readonly ENRICH: 'enrich'
  readonly ROUTE: 'route'
  readonly GUARD: 'guard'
  readonly WORK: 'work'
  readonly AGENT: 'agent'
}
export type StageKind = StageKinds[keyof StageKinds]

/** How a stage ended. */
export type StageStatus = 'ok' | 'skip' | 'cancel' | 'fail' | 'suspend'

type Primitive = string | number | bigint | boolean | symbol | null | undefined
/** Any object except those that the compiler can tell from a plain one: functions, promises, iterables, dates, responses and the like. */
export type PlainObject = object & {
  readonly then?: Primitive | (object & { readonly [Symbol.hasInstance]?: undefined })
  readonly [Symbol.hasInstance]?: undefined
  readonly [Symbol.iterator]?: undefined
  readonly [Symbol.asyncIterator]?: undefined
  readonly [Symbol.toPrimitive]?: undefined
  readonly [Symbol.toStringTag]?: undefined
  readonly bodyUsed?: undefined
}
interface OfStatus<out Status> {
  readonly [OUT]: Status
  readonly status: Status
}
/** Optional parts of an ok output, beside its data. */
export interface Extras {
  readonly artifacts?: readonly object[]
  readonly events?: readonly { readonly type: string; readonly data: object }[]
  readonly version?: string
}
export interface OkOutput<out Data = unknown> extends OfStatus<'ok'>, Extras {
  readonly data: Data
}
export interface SkipOutput extends OfStatus<'skip'> {
  readonly reason: string
  /** Only of a map: `{ items }`, with what is done. */
  readonly data?: unknown
}
export interface CancelOutput extends OfStatus<'cancel'> {
  readonly reason: string
  /** Only of a map: `{ items }`, with what is done. */
  readonly data?: unknown
}
export interface FailOutput extends OfStatus<'fail'> {
  readonly error: unknown
  readonly retryable?: boolean
  readonly data?: unknown
  /** It is the failure of a child run, which interceptors have seen at the stage of the child. */
  readonly ofChild?: true
}
export interface RetryOutput extends OfStatus<'retry'> {
  readonly error: unknown
  readonly afterMs?: number
}
export interface SuspendOutput extends OfStatus<'suspend'> {
  /** The question that the answer of `resumeRun` replies to. */
  readonly request: unknown
  readonly state?: unknown
  /** When the stage goes on without an answer, in ms since 1970. */
  readonly until?: number
  /** The answer that it then goes on with. */
  readonly otherwise?: unknown
  /** The JSON Schema of its answer (draft 2020-12), if the `answerSchema` of the stage has one. */
  readonly answerSchema?: object
}

/** What a stage that waits gives beside its question. */
export interface SuspendOptions {
  /** Given back as `context.resumed.state`. */
  readonly state?: unknown
  /**
   * How long the question waits for an answer, in ms from the end of the stage. Then the stage runs again without one. Default: no limit. A
   * durable run whose stage asks 1,000 times in a row without a wait fails with `core/question-loop`.
   */
  readonly forMs?: number
  /** The same as a time: in ms since 1970, or a Date. */
  readonly until?: number | Date
  /** What `context.resumed.answer` is then; `context.resumed.expired` is true. */
  readonly otherwise?: unknown
}
/** The output of a stage, of one of these statuses. The functions of `StageOutput` say what each of them does. */
export type StageOutput<Data = unknown> =
  | OkOutput<Data>
  | SkipOutput
  | CancelOutput
  | FailOutput
  | RetryOutput
  | SuspendOutput

export interface StageOutputFactory {
  /** Ends the stage with data, a plain object. It is deeply frozen when the stage ends. */
  ok<Data extends PlainObject = {}>(data?: Data, extras?: Extras): OkOutput<Data>
  /** Skips the stage. Dependents that need it are skipped too. */
  skip(reason: string): SkipOutput
  /** Ends the whole run as `cancelled`, with everything that completed. */
  cancel(reason: string): CancelOutput
  /** Fails the stage with an error or a message. `retryable` is for retry interceptors; `data` carries details. */
  fail(error: unknown, options?: { readonly retryable?: boolean; readonly data?: object }): FailOutput
  /** Asks an interceptor to retry, after `afterMs` ms if given. If none does, the stage fails with `core/retry-exhausted`. */
  retry(error: unknown, options?: { readonly afterMs?: number }): RetryOutput
  /**
   * Waits for an answer from outside the run. The stages that don't need it go on, then the run ends as `suspended`. When the
   * run is resumed, the stage runs again with `context.resumed`: `request`, `state` and the answer. With `forMs` or `until` it runs again
   * at that time at the latest. Use that for a deadline, a reminder, or to sleep for days.
   */
  suspend(request: unknown, options?: SuspendOptions): SuspendOutput
}

type Status = StageOutput['status']
type More = Extras & {
  readonly retryable?: boolean
  readonly data?: unknown
  readonly afterMs?: number
  readonly request?: unknown
  readonly state?: unknown
  readonly forMs?: number
  readonly until?: number | Date
  readonly otherwise?: unknown
  readonly answerSchema?: object
  readonly ofChild?: true
  readonly byEngine?: true
}

const EXTRAS = [
  'retryable',
  'afterMs',
  'request',
  'state',
  'forMs',
  'until',
  'otherwise',
  'answerSchema',
  'ofChild',
  'artifacts',
  'events',
  'version',
] as const

/** Immutable through private fields: cheaper than freezing one object per stage. */
export class Output {
  readonly #status: Status
  readonly #value: unknown
  readonly #more: More

  constructor(status: Status, value: unknown, more: More = EMPTY) {
    this.#status = status
    this.#value = value
    this.#more = more
  }

  static {
    getter(this.prototype, OUT, () => true)
    for (const key of EXTRAS) getter(this.prototype, key, (output) => (#more in output ? output.#more[key] : undefined))
    printAs(this.prototype, (output) => ({
      ...output.toJSON(),
      ...defined({ error: output.error }),
    }))
  }

  // Test runners print copies without private fields. Reading such a copy returns undefined instead of throwing.
  get status(): Status {
    return #status in this ? this.#status : (undefined as never)
  }
  /** Whether it carries more than its data, reason or error. */
  get hasMore(): boolean {
    return this.#more !== EMPTY
  }
  /** Whether the engine made this failure, instead of the stage. */
  get isByEngine(): boolean {
    return this.#more.byEngine === true
  }
  get data(): unknown {
    if (!(#status in this)) return undefined
    return this.#status === 'ok' ? this.#value : this.#more.data
  }
  get reason(): string | undefined {
    return this.status === 'skip' || this.status === 'cancel' ? (this.#value as string) : undefined
  }
  get error(): unknown {
    return this.status === 'fail' || this.status === 'retry' ? this.#value : undefined
  }
  declare readonly retryable: boolean | undefined
  declare readonly afterMs: number | undefined
  declare readonly request: unknown
  declare readonly state: unknown
  declare readonly forMs: number | undefined
  declare readonly until: number | undefined
  declare readonly otherwise: unknown
  declare readonly answerSchema: object | undefined
  declare readonly ofChild: true | undefined
  declare readonly artifacts: Extras['artifacts']
  declare readonly events: Extras['events']
  declare readonly version: string | undefined

  /** The same output with other data, such as the result of a schema. */
  withData(data: unknown): Output {
    if (this.#status === 'ok') return new Output('ok', data, this.#more)
    return new Output(this.#status, this.#value, { ...this.#more, data })
  }
  /** A question as it stands once its stage has ended at `endedAt`: its time is absolute, and it has the JSON Schema of its answer. */
  askedAt(endedAt: number, answerSchema: object | undefined): Output {
    const { forMs, ...more } = this.#more
    if (forMs === undefined && answerSchema === undefined) return this
    const { until = forMs === undefined ? undefined : endedAt + forMs } = more
    return new Output(this.#status, this.#value, { ...more, ...defined({ until, answerSchema }) })
  }
  toJSON(): object {
    const { status, data, reason, error } = this
    const { byEngine: _, ...more } = #more in this ? this.#more : (EMPTY as More)
    return {
      ...defined({ status, reason, data, error: error === undefined ? undefined : errorRecord(error) }),
      ...more,
    }
  }
}

/** An output as interceptors and callers see it: the class has the members of every kind of output. */
export function asStageOutput(output: Output): StageOutput {
  return output as unknown as StageOutput
}

/** Marks the failures that the engine made. */
export const BY_ENGINE: More = Object.freeze({ byEngine: true })

/** Makes the failure that replaces an illegal value of a stage or an interceptor. */
export const failed = (code: string, message: string, cause?: { readonly cause: unknown }): Output =>
  new Output('fail', new StageflowError(code, message, cause), BY_ENGINE)

/** The output of a stage that returned nothing. All runs of the process share it. */
const EMPTY_OK = new Output('ok', EMPTY)
Object.freeze(EMPTY_OK)

/** A Date may be of another realm. */
const timeOf = (value: unknown): unknown =>
  isObject(value) && isFunction(value['getTime']) ? (value['getTime'] as () => unknown)() : value
const isTime = (value: unknown): boolean => Number.isFinite(timeOf(value))

const RULES = {
  ok: {
    artifacts: [isArray, 'an array of objects'],
    events: [isArray, 'an array of { type, data }'],
    version: TEXT,
  },
  fail: { retryable: FLAG, data: ANY },
  // Which waits make sense is for the interceptor to say that waits.
  retry: { afterMs: ANY },
  suspend: {
    state: ANY,
    forMs: DELAY,
    until: [isTime, 'a time in ms since 1970, or a Date'],
    otherwise: ANY,
  },
} satisfies Readonly<Record<string, OptionRules>>

/** Reads the options of an output. Throws `core/illegal-option`; `error` is that of the output, which must not get lost. */
function optionsOf(status: keyof typeof RULES, options: More | undefined, error?: unknown): More {
  if (options === undefined) return EMPTY
  const problems = optionProblems(options, RULES[status])
  if (problems.length === 0) return plainOptions(options, Object.keys(RULES[status]))
  throw new StageflowError('core/illegal-option', `StageOutput.${status}(): ${problems.join('; ')}.`, { cause: error })
}
/** `wait`: how long the question waits, and its answer if none comes. */
export const suspendedOutput = (request: unknown, state: unknown, wait?: More): Output =>
  new Output('suspend', undefined, { request, state, ...wait })

/** A question with its options. Of two times neither is meant more than the other. */
function askedOutput(request: unknown, options: More | undefined): Output {
  const { state, forMs, until, otherwise } = optionsOf('suspend', options)
  const times = [forMs, until].filter((time) => time !== undefined).length
  const least = otherwise === undefined ? 0 : 1
  if (times < least || times > 1)
    throw new StageflowError(
      'core/illegal-option',
      'StageOutput.suspend(): pass either forMs or until; otherwise needs one of them.',
    )
  return suspendedOutput(request, state, defined({ forMs, until: timeOf(until) as number | undefined, otherwise }))
}

/** Makes the outputs that a stage returns. */
export const StageOutput: StageOutputFactory = Object.freeze({
  ok(data: object = EMPTY, extras?: Extras) {
    checkArgumentCount(arguments.length, 2, 'StageOutput.ok(data, extras)')
    return new Output('ok', data, optionsOf('ok', extras))
  },
  skip(reason: string) {
    checkArgumentCount(arguments.length, 1, 'StageOutput.skip(reason)')
    return new Output('skip', textOf(reason))
  },
  cancel(reason: string) {
    checkArgumentCount(arguments.length, 1, 'StageOutput.cancel(reason)')
    return new Output('cancel', textOf(reason))
  },
  fail(error: unknown, options?: More) {
    checkArgumentCount(arguments.length, 2, 'StageOutput.fail(error, options)')
    return new Output('fail', toError(error), optionsOf('fail', options, error))
  },
  retry(error: unknown, options?: More) {
    checkArgumentCount(arguments.length, 2, 'StageOutput.retry(error, options)')
    return new Output('retry', toError(error), optionsOf('retry', options, error))
  },
  suspend(request: unknown, options?: More) {
    checkArgumentCount(arguments.length, 2, 'StageOutput.suspend(request, options)')
    return askedOutput(request, options)
  },
}) as unknown as StageOutputFactory

export const STATUS_WORDS: ReadonlySet<unknown> = new Set(['ok', 'skip', 'cancel', 'fail', 'retry', 'suspend'])

/** Whether a returned value is plain data. A fast test for the common case. */
function isData(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false
  const { status, execute, then } = value as { status?: unknown; execute?: unknown; then?: unknown }
  return (status === undefined || !STATUS_WORDS.has(status)) && execute === undefined && then === undefined
}

/** Turns a returned value into an output. An illegal value becomes a failure that describes it. Never throws. */
export const toOutput = (value: unknown, stage: string): Output => readOutput(value, stage, (data) => data)

/** Whether `value` is an output, of this copy of core or another. */
export const isOutput = (value: unknown): boolean => isObject(value) && OUT in value

function checkData(output: Output, stage: string): Output {
  const { data } = output
  const needsNoCheck = output.status !== 'ok' || data === EMPTY
  if (needsNoCheck || isData(data)) return output
  if (data === undefined || isOutput(data)) return illegal(stage, 'an output whose data is another output, or nothing')
  const inner = read(data, stage)
  return inner.status === 'ok' ? output : inner
}

function read(value: unknown, stage: string): Output {
  if (value === undefined) return EMPTY_OK
  if (isOutput(value)) return copiedOutput(value as Output, stage)
  if (isPlain(value)) return fromPlain(value, stage)
  return illegal(stage, describe(value), isError(value) ? { cause: value } : undefined)
}

function illegal(stage: string, what: string, cause?: { readonly cause: unknown }): Output {
  return failed(
    'core/illegal-output',
    `Stage "${stage}" returned ${what}; return a plain object, a StageOutput, or nothing.`,
    cause,
  )
}

/** Makes an output of one that another copy of core made, or that was written as JSON. */
export function copiedOutput(output: Output, stage: string): Output {
  const { status, data, reason, error } = output
  if (!STATUS_WORDS.has(status))
    return illegal(stage, `an output with the unknown status ${show(status)} (install one version of @stageflow/core)`)
  const rest: Record<string, unknown> = {}
  for (const key of EXTRAS) if (output[key] !== undefined) rest[key] = output[key]
  if (status === 'ok') return checkData(new Output('ok', data, rest), stage)
  if (data !== undefined) rest['data'] = data
  return new Output(status, reason ?? error, rest)
}

function fromPlain(value: object, stage: string): Output {
  const { status, execute } = value as { status?: unknown; execute?: unknown }
  if (isFunction(execute)) return illegal(stage, 'a stage (it has execute), not its output')
  if (STATUS_WORDS.has(status))
    return failed(
      'core/ambiguous-output',
      `Stage "${stage}" returned an object with the reserved status "${status as string}"; return StageOutput.${status as string}(…), or rename the field.`,
    )
  return new Output('ok', value)
}

/** Like `toOutput`, but also freezes the data. Used for the return value of a stage, or of an interceptor that replaces it. */
export function readOutput(value: unknown, stage: string, freeze: Freeze): Output {
  const answer = readAnswer(value, stage, freeze)
  return answer instanceof Output ? answer : new Output('ok', answer)
}

/** Reads the answer of a stage's call. Plain data is frozen and stays as it is: most stages return it, and it needs no output. */
export function readAnswer(value: unknown, stage: string, freeze: Freeze): Output | object {
  try {
    if (isData(value)) return freeze(value)
    const output = value instanceof Output ? checkData(value, stage) : read(value, stage)
    const { data, artifacts, events } = output
    if (isObject(data)) freeze(data)
    else if (output.status === 'suspend')
      freeze({ request: output.request, state: output.state, otherwise: output.otherwise })
    if (artifacts !== undefined) freeze(artifacts)
    if (events !== undefined) freeze(events)
    return output
  } catch (cause) {
    return illegal(stage, 'an object that cannot be read or frozen', { cause })
  }
}
