import { isObject, isText } from '../base/check.ts'
import { StageflowError, textOf } from '../base/errors.ts'
import { freezeDeep } from '../base/objects.ts'
import { show } from '../base/show.ts'
import type { Admission, RunRequest } from '../contract/admission.ts'
import type { RunAction } from '../contract/events.ts'
import { SlotValues } from '../contract/slot.ts'
import type { StageInfo } from '../contract/graph-info.ts'
import type { Slot } from '../contract/slot.ts'
import type { Interceptor } from '../contract/interceptor.ts'
import { ContextSnapshot, inputFields } from '../contract/snapshot.ts'
import { IDS } from '../contract/snapshot-fields.ts'
import type { Kept, RunAuthor, RunIdentity, RunInput } from '../contract/snapshot-fields.ts'
import { checkRunOptions } from '../graph/graph.ts'
import type { AllRunOptions, BuiltGraph } from '../graph/graph.ts'
import { builtGraphOf } from '../pipeline/stage-graph.ts'
import type { NamedGraph } from '../pipeline/stage-graph.ts'
import { builtGraph } from './check-leg.ts'
import { notJson } from './facts.ts'
import { read } from '../base/foreign.ts'
import { checkEvent } from '../contract/events.ts'
import type { EventSink } from '../contract/run-context.ts'
import { stageAt } from './fit.ts'
import { tellAdmitted, tellRefused } from './refused-requests.ts'
import type { RequestEvent } from './refused-requests.ts'

/** What someone asks of a run, as an executor hands it over. */
export interface GivenRequest {
  readonly action: RunAction
  readonly runId: string
  /** The input that the run was started with. */
  readonly input: RunInput
  /** The run options of the caller. */
  readonly options: unknown
  /** The keys of each answer, from the outermost: `['kid', 'check']`. Only for answers. */
  readonly answers?: readonly (readonly string[])[]
  /** What interceptors kept at the start; undefined at the start. */
  readonly kept?: Kept | undefined
  /** The part of the app that starts the run by its name, and who the run is for. Never from the options of a caller. */
  readonly system?: RunAuthor & { readonly system: string }
}

/** A request that every interceptor has admitted. */
export interface Admitted {
  /** At the start: what to keep as `DurableStart.kept`. */
  readonly kept: Kept
  /** Who asks. At the start they are ids of the run. Undefined if no interceptor verified anyone. */
  readonly by: RunAuthor | undefined
}

/** The longest time that interceptors may take to admit one request, in ms. */
const ADMISSION_TIMEOUT_MS = 30_000

/** The options of a leg. Those of interceptors that admit, such as a token, end where the caller was admitted: no leg and no child run gets them. */
export function withoutCaller(graph: BuiltGraph, options: AllRunOptions): AllRunOptions {
  const ofCaller = new Set<string>(graph.admitting.flatMap(({ runOptions = [] }) => runOptions))
  if (ofCaller.size === 0) return options
  return Object.fromEntries(Object.entries(options).filter(([name]) => !ofCaller.has(name)))
}

/** The names of interceptors that kept something with a run and that a graph lacks. Without them nothing would check its callers. */
export function missingKeepers(graph: NamedGraph, kept: Kept = {}): readonly string[] {
  const admitting = new Set(builtGraphOf(graph)?.admitting.map(({ name }) => name))
  return Object.keys(kept).filter((name) => !admitting.has(name))
}

/** Whether interceptors of a graph check who asks for something. */
export const isGuarded = (graph: NamedGraph): boolean => builtGraph('isGuarded()', graph).admitting.length > 0

/** The stage that asks at the path of an open request; undefined if the graph has none. */
export const stageAsking = (graph: NamedGraph, path: readonly string[]): StageInfo | undefined =>
  stageAt(builtGraph('stageAsking()', graph), path)

/** The options of a stage that the interceptors of a graph read when they admit who answers it: by the name of the interceptor, each as a text. */
export type AnswerDemands = Readonly<Record<string, string>>

/**
 * What a graph demands of who answers the stage at a path of keys. Keep it with an answer, as JSON: when the stage takes the answer, another version
 * of the graph may demand something else. The order of names, of strings and of numbers plays no part. Functions, and options that JSON can't
 * hold, such as a set, are not compared.
 */
export function demandsOf(graph: NamedGraph, path: readonly string[]): AnswerDemands {
  const built = builtGraph('demandsOf()', graph)
  const options: Readonly<Record<string, unknown>> = stageAsking(graph, path)?.options ?? {}
  const demands = built.admitting.map(({ name, stageOptions = [] }) => {
    // `false` says aloud that the stage demands nothing.
    const given = stageOptions.filter((option) => options[option] !== undefined && options[option] !== false)
    const texts = given.map((option) => `${JSON.stringify(option)}:${jsonOf(options[option])}`)
    return [name, texts.toSorted().join()] as const
  })
  return Object.fromEntries(demands)
}

/**
 * Whether an answer that was admitted under some demands counts where others hold by now. It does unless an interceptor of now was not asked
 * then, or reads other options of the stage.
 */
export const meetsDemands = (admitted: AnswerDemands, now: AnswerDemands): boolean =>
  Object.entries(now).every(([name, demand]) => admitted[name] === demand)

/** A value as JSON; undefined if it can't be JSON. */
function jsonOf(value: unknown): string | undefined {
  try {
    return unorderedJson(JSON.parse(JSON.stringify(value)))
  } catch {
    return undefined
  }
}
/** Plain data as JSON. Objects with the same properties, and arrays with the same strings, numbers and booleans, have the same text. */
function unorderedJson(value: unknown): string {
  if (Array.isArray(value)) {
    const items = value.map(unorderedJson)
    // Objects may be steps, whose order tells something.
    return `[${(value.some(isObject) ? items : [...new Set(items)].toSorted()).join()}]`
  }
  if (!isObject(value)) return JSON.stringify(value)
  const properties = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${unorderedJson(inner)}`)
  return `{${properties.toSorted().join()}}`
}

/**
 * Asks every interceptor with `admit` about a request, the outermost first. Call it before anything of the request is kept or shown.
 * Rejects with the error of the first that refuses; then `run.refused` goes to the graph's sink. If the caller's signal aborts, it
 * rejects with its reason.
 */
export async function admitRequest(graph: NamedGraph, given: GivenRequest): Promise<Admitted> {
  const built = builtGraph('admitRequest()', graph)
  // A copy: a getter must not give one interceptor another token than the next.
  const options = { ...checkRunOptions(built, given.options) }
  const request = new Request(built, given, options)
  const asked = { action: given.action, runId: given.runId, options }
  try {
    for (const one of built.admitting) await request.ask(one)
  } catch (thrown) {
    if (isGivenUp(options, thrown)) throw thrown
    const error = StageflowError.is(thrown) ? thrown : thrownError(thrown, given)
    tellRefused(built, asked, error, request)
    throw error
  } finally {
    request.end()
  }
  tellAdmitted(built, asked, request.told)
  return { kept: Object.freeze(request.keep), by: request.by }
}

/**
 * Emits `run.refused` for a request that the executor itself has refused, such as one with a graph that lacks the interceptors of the run.
 * `admitRequest` emits its own.
 */
export function tellRefusedRequest(
  graph: NamedGraph,
  { action, runId, options }: Pick<GivenRequest, 'action' | 'runId' | 'options'>,
  error: StageflowError,
): void {
  const eventSink = read(options ?? {}, 'eventSink') as EventSink | undefined
  tellRefused(builtGraph('tellRefusedRequest()', graph), { action, runId, options: { eventSink } }, error)
}

/** Whether the caller of a request has given up. Then nothing has refused it. */
export function isGivenUp(
  options: { readonly signal?: AbortSignal | undefined } | undefined,
  thrown: unknown,
): boolean {
  const signal = options?.signal
  return signal?.aborted === true && thrown === signal.reason
}

const thrownError = (thrown: unknown, { action, runId }: GivenRequest): StageflowError =>
  new StageflowError(
    'core/interceptor-threw',
    `An interceptor threw when it was asked to admit "${action}" of run "${runId}": ${textOf(thrown)}`,
    { cause: thrown },
  )

/** One request, while interceptors are asked about it. */
class Request {
  readonly keep: Record<string, unknown> = {}
  by: RunAuthor | undefined
  /** What interceptors tell about it. Emitted once it is known whether it is admitted, because refused ones are many in a flood. */
  readonly told: RequestEvent[] = []
  readonly #graph: BuiltGraph
  readonly #given: GivenRequest
  readonly #options: AllRunOptions
  readonly #asked: readonly StageInfo[]
  readonly #slots = new SlotValues()
  readonly #limit = new AbortController()
  readonly #stopTimer: () => void
  readonly #signal: AbortSignal

  constructor(graph: BuiltGraph, given: GivenRequest, options: AllRunOptions) {
    this.#graph = graph
    this.#given = given
    this.by = given.system
    this.#options = options
    this.#asked = (given.answers ?? []).flatMap((path) => stageAt(graph, path) ?? [])
    this.#stopTimer = graph.clock.setTimeout(() => this.#limit.abort(tookTooLong(given)), ADMISSION_TIMEOUT_MS)
    const { signal } = options
    this.#signal = signal === undefined ? this.#limit.signal : AbortSignal.any([this.#limit.signal, signal])
  }

  /** Asks one interceptor, and takes what it says. Rejects if it refuses, or if the request is over first. */
  async ask(one: Interceptor): Promise<void> {
    const admission: unknown = await unlessAborted(this.#signal, async () => one.admit?.(this.#requestFor(one)))
    if (admission === undefined) return
    const { keep, who } = checkedAdmission(one.name, admission)
    if (keep !== undefined) this.keep[one.name] = kept(one.name, keep)
    if (who !== undefined) this.by = Object.freeze({ ...this.by, ...who })
  }

  end(): void {
    this.#stopTimer()
  }

  #requestFor({ name }: Interceptor): RunRequest {
    const { action, runId, input, system, kept: all } = this.#given
    const slots = this.#slots
    return {
      ...idsOf(input),
      ...(action === 'start' && this.by),
      action,
      runId,
      system: system?.system,
      pipeline: this.#graph.info,
      get snapshot() {
        return new ContextSnapshot(input)
      },
      options: this.#options,
      asked: this.#asked,
      kept: all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined,
      signal: this.#signal,
      clock: this.#graph.clock,
      get: <T>(slot: Slot<T>) => (slots.has(slot) ? (slots.get(slot) as T) : undefined),
      set: (slot, value) => slots.set(slot, value),
      tryEmitEvent: (type: string, data: object) => {
        checkEvent(type, data)
        return this.told.push([type, data]) > 0
      },
    }
  }
}

const tookTooLong = ({ action, runId }: GivenRequest): StageflowError =>
  new StageflowError(
    'core/admission-timed-out',
    `The interceptors took more than ${ADMISSION_TIMEOUT_MS} ms to admit "${action}" of run "${runId}". Limit what they wait for, and ask again.`,
  )

/** The ids of an input, as its run will have them: they may be in their bundle, and in both places. */
function idsOf(input: RunInput): Omit<RunIdentity, 'pipelineRunId'> {
  const ids = inputFields(input)
  return Object.fromEntries(IDS.map((id) => [id, ids[id]])) as unknown as RunIdentity
}

/** Calls `ask`, and waits for its answer. Rejects with the signal's reason once it aborts. */
async function unlessAborted(signal: AbortSignal, ask: () => Promise<unknown>): Promise<unknown> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([ask(), aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** What an interceptor said. Throws if it isn't an admission: a check that returned `false` must not pass for one. */
function checkedAdmission(name: string, given: unknown): Admission {
  const { keep, who, ...others }: Admission & object = isObject(given) ? given : { others: given }
  const isAuthor =
    who === undefined || (isObject(who) && Object.values(who).every((id) => id === undefined || isText(id)))
  if (Object.keys(others).length === 0 && isAuthor) return { keep, ...(who !== undefined && { who }) }
  throw new StageflowError(
    'core/interceptor-answer',
    `Interceptor "${name}" answered a request with ${show(given)}. Return undefined or { keep, who: { userId, orgId } } to admit it, and throw to refuse it.`,
  )
}

/** What an interceptor keeps, as every later leg will read it. */
function kept(name: string, value: unknown): unknown {
  const lost = notJson(value, ['keep'], [])
  if (lost !== undefined)
    throw new StageflowError(
      'core/not-json',
      `Interceptor "${name}" keeps ${lost} with a run, which JSON cannot hold. Keep plain data.`,
    )
  const copy: unknown = JSON.parse(JSON.stringify(value))
  return isObject(copy) ? freezeDeep(copy) : copy
}
