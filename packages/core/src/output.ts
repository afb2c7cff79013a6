import { StageflowError, errorRecord, quote, toError } from './errors.ts'
import { getter } from './getter.ts'
import { freezeDeep, isPlain } from './plain.ts'
import { printAs } from './print.ts'
import { isFunction, isObject, isText } from './rules.ts'

/** Brands outputs; the same in every copy of core. */
const OUT: unique symbol = Symbol.for('@stageflow/output')
/** Marks the results of runs, which stages return by mistake. */
export const RESULT: unique symbol = Symbol.for('@stageflow/result')

/** What a stage is for. The engine treats GUARD and WORK with care; the rest are labels that people and tools read. */
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
export type StageStatus = 'ok' | 'skip' | 'cancel' | 'fail'

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
/** What an ok output may carry beside its data. */
export interface Extras {
  readonly artifacts?: readonly object[]
  readonly events?: readonly { readonly type: string; readonly data: object }[]
  readonly version?: string
}
export interface OkOutput<out Data = unknown> extends Extras {
  readonly [OUT]: 'ok'
  readonly status: 'ok'
  readonly data: Data
}
export interface SkipOutput {
  readonly [OUT]: 'skip'
  readonly status: 'skip'
  readonly reason: string
}
export interface CancelOutput {
  readonly [OUT]: 'cancel'
  readonly status: 'cancel'
  readonly reason: string
}
export interface FailOutput {
  readonly [OUT]: 'fail'
  readonly status: 'fail'
  readonly error: unknown
  readonly retryable?: boolean
  readonly data?: unknown
}
export interface RetryOutput {
  readonly [OUT]: 'retry'
  readonly status: 'retry'
  readonly error: unknown
  readonly afterMs?: number
}
/** How a stage answers: `ok` with data, `skip`, `cancel` (ends the run), `fail`, or `retry` (asks an interceptor to run it again). */
export type StageOutput<Data = unknown> = OkOutput<Data> | SkipOutput | CancelOutput | FailOutput | RetryOutput

export interface StageOutputFactory {
  /** Success. `data` is a plain object; it is frozen, all the way down, when the stage ends. */
  ok<Data extends PlainObject = {}>(data?: Data, extras?: Extras): OkOutput<Data>
  /** Nothing to do: dependents that need this stage are skipped too. */
  skip(reason: string): SkipOutput
  /** Ends the whole run as `cancelled`, with everything that completed. */
  cancel(reason: string): CancelOutput
  /** Failure: an error or its text. `retryable` tells a retry interceptor, `data` says more than a message can. */
  fail(error: unknown, options?: { readonly retryable?: boolean; readonly data?: object }): FailOutput
  /** Asks to be run again, after `afterMs` milliseconds if given; a failure where nobody retries. */
  retry(error: unknown, options?: { readonly afterMs?: number }): RetryOutput
}

type Status = StageOutput['status']
type More = Extras & { readonly retryable?: boolean; readonly data?: unknown; readonly afterMs?: number }

const EXTRAS = ['retryable', 'afterMs', 'artifacts', 'events', 'version'] as const

/** Immutable by its private fields: cheaper than freezing an object a stage. */
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
      ...(output.error === undefined ? undefined : { error: output.error }),
    }))
  }

  // Test runners copy what they compare, without its private fields, to print a difference: what is read of a copy is undefined.
  get status(): Status {
    return #status in this ? this.#status : (undefined as never)
  }
  /** Whether it carries more than its data or reason. */
  get hasMore(): boolean {
    return this.#more !== EMPTY
  }
  /** Whether the engine made it: the stage did not return this failure itself. */
  get isByEngine(): boolean {
    return this.#more === BY_ENGINE
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
  declare readonly artifacts: Extras['artifacts']
  declare readonly events: Extras['events']
  declare readonly version: string | undefined

  /** The same output with other data, as a schema may give. */
  withData(data: unknown): Output {
    return new Output(this.#status, data, this.#more)
  }
  toJSON(): object {
    const { status, data, reason, error } = this
    return {
      status,
      ...(reason === undefined ? undefined : { reason }),
      ...(data === undefined ? undefined : { data }),
      ...(error === undefined ? undefined : { error: errorRecord(error) }),
      ...(#more in this ? this.#more : undefined),
    }
  }
}

/** Marks, by its identity, the failures that the engine made. */
const BY_ENGINE: More = Object.freeze({})

/** The failure with which the engine replaces what it cannot accept of a stage or an interceptor. */
export const failed = (code: string, message: string, cause?: { readonly cause: unknown }): Output =>
  new Output('fail', new StageflowError(code, message, cause), BY_ENGINE)

/** The data of a stage that returned nothing. */
const EMPTY: Readonly<Record<never, never>> = Object.freeze({})
// All runs of the process share it, so it must not change.
const EMPTY_OK = new Output('ok', EMPTY)
Object.freeze(EMPTY_OK)
const more = (options: More | undefined): More => (options === undefined ? EMPTY : Object.freeze({ ...options }))

/** Makes the outputs that a stage returns. */
export const StageOutput: StageOutputFactory = Object.freeze({
  ok: (data: object = EMPTY, extras?: Extras) => new Output('ok', data, more(extras)),
  skip: (reason: string) => new Output('skip', text(reason)),
  cancel: (reason: string) => new Output('cancel', text(reason)),
  fail: (error: unknown, options?: More) => new Output('fail', toError(error), more(options)),
  retry: (error: unknown, options?: More) => new Output('retry', toError(error), more(options)),
}) as unknown as StageOutputFactory

const text = (reason: unknown): string => (isText(reason) ? reason : quote(reason))

const plainPrototype = Object.prototype
const STATUS_WORDS: ReadonlySet<unknown> = new Set(['ok', 'skip', 'cancel', 'fail', 'retry', 'suspend'])

/** The quick test of what a stage returned: a plain object that can be taken for nothing else. */
export function isData(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== plainPrototype) return false
  const { status, execute, then } = value as { status?: unknown; execute?: unknown; then?: unknown }
  return (status === undefined || !STATUS_WORDS.has(status)) && execute === undefined && then === undefined
}

/** Anything that a stage returned as an output; what is not one becomes a failure that names it. Never throws. */
export function toOutput(value: unknown, stage: string): Output {
  try {
    return value instanceof Output ? checkData(value, stage) : read(value, stage)
  } catch (cause) {
    return unreadable(stage, cause)
  }
}

export function unreadable(stage: string, cause: unknown): Output {
  return illegal(stage, 'an object that cannot be read or frozen', { cause })
}

/** Whether `value` is an output, of this copy of core or another. */
export const isOutput = (value: unknown): boolean => isObject(value) && OUT in value

function checkData(output: Output, stage: string): Output {
  const { data } = output
  if (output.status !== 'ok' || data === EMPTY || isData(data)) return output
  if (data === undefined || isOutput(data)) return illegal(stage, 'an output whose data is another output, or nothing')
  const inner = read(data, stage)
  return inner.status === 'ok' ? output : inner
}

function read(value: unknown, stage: string): Output {
  if (value === undefined) return EMPTY_OK
  if (isObject(value)) {
    if (OUT in value) return fromOtherCopy(value as unknown as Output, stage)
    if (isPlain(value)) return fromPlain(value, stage)
  }
  return illegal(stage, describe(value), value instanceof Error ? { cause: value } : undefined)
}

function illegal(stage: string, what: string, cause?: { readonly cause: unknown }): Output {
  return failed(
    'core/illegal-output',
    `Stage "${stage}" returned ${what}; return a plain object, a StageOutput, or nothing.`,
    cause,
  )
}

function fromOtherCopy(output: Output, stage: string): Output {
  const { status, data, reason, error } = output
  if (!STATUS_WORDS.has(status) || status === ('suspend' as Status))
    return illegal(
      stage,
      `an output with status ${quote(status)}, which this copy of @stageflow/core does not know (use one version)`,
    )
  const isOk = status === 'ok'
  const rest: Record<string, unknown> = {}
  for (const key of isOk ? EXTRAS : ([...EXTRAS, 'data'] as const))
    if (output[key] !== undefined) rest[key] = output[key]
  return checkData(new Output(status, isOk ? data : (reason ?? error), Object.freeze(rest)), stage)
}

function fromPlain(value: object, stage: string): Output {
  const { status, execute } = value as { status?: unknown; execute?: unknown }
  if (isFunction(execute)) return illegal(stage, 'a stage object (it has execute), not what that returns')
  if (STATUS_WORDS.has(status))
    return failed(
      'core/ambiguous-output',
      `Stage "${stage}" returned a plain object with status "${status as string}", a word of Stageflow's own; return StageOutput.${status as string}(…), or rename the field.`,
    )
  return new Output('ok', value)
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Error) return 'an Error (throw it, or return StageOutput.fail(error))'
  if (isFunction(value)) return `a function (${value.name.slice(0, 80) || 'without a name'})`
  if (typeof value !== 'object') return `a ${typeof value} (${quote(value)})`
  if (RESULT in value)
    return 'the result of a child run (return its data, or add the child with withPipeline or asStage)'
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (tag === 'Generator') return 'a generator (a stage that yields is an async function*)'
  if (tag === 'AsyncGenerator') return 'an async generator (only a stage itself can yield)'
  return `an instance of ${value.constructor?.name || tag}`
}

/** Freezes an output's data at the stage's boundary. */
export type Freeze = (data: object) => object
export const freezers: { readonly deep: Freeze; readonly shallow: Freeze } = {
  deep: freezeDeep,
  shallow: Object.freeze,
}
