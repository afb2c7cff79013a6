import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { CLOCK, checkOptions, functionLike, isPlain, isThenable, required, TEXT } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { DELAY_RANGE, delayAt, SHARE } from '../faults/delay-range.ts'
import type { DelayRange } from '../faults/delay-range.ts'
import { httpError } from '../faults/http-error.ts'
import { SEED, seededNumbers } from '../random/seeded-random.ts'

/** The answers of a fake: one for each call, in their order, or a function that makes them. An error is thrown. */
export type FakeScript<Input, Answer> =
  | readonly (Answer | Error)[]
  | ((input: Input, call: number) => Answer | Error | Promise<Answer | Error>)

/** The options of every fake. */
export interface FakeOptions {
  /** Time until an answer begins, in ms, or [least, most] for a random one. Default: 0. */
  readonly latencyMs?: DelayRange
  /** The part of the calls that fail by chance, from 0 to 1. They use no answer of the script. Default: 0. */
  readonly faultRate?: number
  /** Makes the error of such a call. Default: `httpError(503)`. */
  readonly fault?: () => unknown
  /** Decides latencies and faults. A seed always gives the same ones. Default: 1. */
  readonly seed?: number
}

/** The options of fakes that can stream. */
export interface FakeStreamOptions extends FakeOptions {
  /** Time between two chunks of a stream, in ms, or [least, most] for a random one. Default: 0. */
  readonly chunkMs?: DelayRange
  /** Default: `fake`. */
  readonly provider?: string
  /** Default: `fake-model`. */
  readonly model?: string
}

/** What a caller may pass beside the input. */
export interface FakeCallOptions {
  /** Ends the call: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** One call of a fake. */
export interface FakeCall<Input> {
  /** As it was at the time of the call: a copy, but of plain data only. */
  readonly input: Input
  readonly startedAt: number
  /** Undefined while it runs. */
  readonly endedAt: number | undefined
  /** `cancel`: its signal aborted, or its reader left. Undefined while it runs. */
  readonly status: 'ok' | 'fail' | 'cancel' | undefined
  readonly error?: unknown
}

const OWN: OptionRules<FakeOptions> = {
  latencyMs: DELAY_RANGE,
  faultRate: SHARE,
  fault: functionLike('() => error'),
  seed: SEED,
}
const ARGUMENTS: OptionRules = {
  clock: required([CLOCK[0], 'a clock, such as manualClock()']),
  script: required([
    (value) => Array.isArray(value) || typeof value === 'function',
    'an array with an answer for each call, or a function (input, call) => answer',
  ]),
}
export const FAKE_RULES: OptionRules = OWN
export const STREAM_RULES: OptionRules = { ...OWN, chunkMs: DELAY_RANGE, provider: TEXT, model: TEXT }

/** The calls of one fake. */
export interface FakeCalls<Input, Answer> {
  readonly all: readonly FakeCall<Input>[]
  /** Makes a call: resolves with what `respond` makes of its answer, or rejects with its error. */
  whole<Response>(
    input: Input,
    options: FakeCallOptions | undefined,
    respond: Respond<Answer, Response>,
  ): Promise<Response>
  /** Makes a call that streams the chunks of `respond`, and returns what that returns. */
  stream<Chunk, Response>(
    input: Input,
    options: FakeCallOptions | undefined,
    respond: Respond<Answer, AsyncGenerator<Chunk, Response, undefined>>,
  ): AsyncGenerator<Chunk, Response, undefined>
}

type Respond<Answer, Response> = (answered: Answered<Answer>) => Response

/** The answer of a call, once its latency has passed. */
export interface Answered<Answer> {
  readonly answer: Answer
  /** When the call was made. */
  readonly startedAt: number
  /** Waits for the time between two chunks. The first chunk comes at once. */
  readonly nextChunk: () => Promise<void>
}

interface OpenCall<Answer> extends Answered<Answer> {
  /** Ends the call. Only the first end counts. */
  readonly end: (status: 'ok' | 'cancel') => void
  /** Ends it as failed, or as cancelled if its signal has aborted. Returns the error, to be thrown. */
  readonly fail: (error: unknown) => unknown
}

/** The answer of a call that fails by chance. */
const FAULT = Symbol('fault')

/** Makes the calls of a fake. `what` names it in messages. */
export function fakeCalls<Input, Answer>(
  what: string,
  clock: Clock,
  script: FakeScript<Input, Answer>,
  options: FakeStreamOptions,
  rules: OptionRules,
): FakeCalls<Input, Answer> {
  checkOptions(`${what}()`, 'testing/illegal-option', { clock, script }, ARGUMENTS)
  checkOptions(`${what}()`, 'testing/illegal-option', options, rules)
  const { latencyMs = 0, chunkMs = 0, faultRate = 0, fault = () => httpError(503), seed = 1 } = options
  const numberOf = seededNumbers(seed)
  const all: FakeCall<Input>[] = []
  let used = 0

  function nextAnswer(input: Input): Answer | Error | Promise<Answer | Error> {
    if (typeof script === 'function') return script(input, used++)
    const answer = script[used]
    if (used++ < script.length) return answer as Answer | Error
    return scriptEnded(what, used, script.length)
  }

  async function begin(given: Input, { signal }: FakeCallOptions = {}): Promise<OpenCall<Answer>> {
    const place = all.length
    const begun = { input: copyOf(given) as Input, startedAt: clock.now() }
    all.push({ ...begun, endedAt: undefined, status: undefined })

    const end = (status: FakeCall<Input>['status'], failure?: { readonly error: unknown }): void => {
      if (all[place]?.status === undefined) all[place] = { ...begun, endedAt: clock.now(), status, ...failure }
    }
    const fail = (error: unknown): unknown => {
      end(signal?.aborted === true ? 'cancel' : 'fail', { error })
      return error
    }
    const chance = (of: string): number => numberOf(`${what} ${place} ${of}`)
    const wait = async (range: DelayRange, of: string): Promise<void> => {
      const ms = delayAt(range, chance(of))
      if (ms > 0) await clock.sleep(ms, signal)
      signal?.throwIfAborted()
    }
    let chunks = 0
    const nextChunk = async (): Promise<void> => {
      chunks++
      if (chunks > 1) await wait(chunkMs, `chunk ${chunks}`)
      signal?.throwIfAborted()
    }

    try {
      // Chosen as the call begins, so that latencies don't change which call gets which answer.
      const chosen = chance('fault') < faultRate ? FAULT : nextAnswer(given)
      if (isThenable(chosen)) chosen.then(undefined, () => {}) // it may reject before it is awaited
      await wait(latencyMs, 'latency')
      if (chosen === FAULT) throw fault()
      const answer = await chosen
      if (answer instanceof Error) throw answer
      return { answer, startedAt: begun.startedAt, nextChunk, end, fail }
    } catch (error) {
      throw fail(error)
    }
  }

  return {
    get all() {
      return [...all]
    },
    async whole(input, callOptions, respond) {
      const call = await begin(input, callOptions)
      try {
        const response = respond(call)
        call.end('ok')
        return response
      } catch (error) {
        throw call.fail(error)
      }
    },
    async *stream(input, callOptions, respond) {
      const call = await begin(input, callOptions)
      try {
        const response = yield* respond(call)
        call.end('ok')
        return response
      } catch (error) {
        throw call.fail(error)
      } finally {
        call.end('cancel') // its reader has left
      }
    },
  }
}

const scriptEnded = (what: string, calls: number, answers: number): StageflowError =>
  new StageflowError(
    'testing/script-ended',
    `${what}() was called ${calls} times, but its script has ${answers === 1 ? '1 answer' : `${answers} answers`}. Add one, or pass a function: ${what}(clock, (input, call) => answer).`,
  )

/** Copies arrays, plain objects and bytes all the way down, because callers change their messages later. Everything else stays itself. */
function copyOf(value: unknown, copies: Map<unknown, unknown> = new Map<unknown, unknown>()): unknown {
  if (value instanceof Uint8Array) return value.slice()
  if (!Array.isArray(value) && !isPlain(value)) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value) ? [] : {}
  copies.set(value, copy)
  return Object.assign(
    copy,
    Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part, copies)])),
  )
}
