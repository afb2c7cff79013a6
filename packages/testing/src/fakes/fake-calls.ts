import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { CLOCK, checkOptions, functionLike, isPlain, required, TEXT, isError, onRejection } from '@stageflow/core/kit'
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
  readonly chunkPause: () => Promise<void>
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
  const where = `${what}(clock, script, options)`
  checkOptions(where, 'testing/illegal-option', { clock, script }, ARGUMENTS)
  checkOptions(where, 'testing/illegal-option', options, rules)
  const { latencyMs = 0, chunkMs = 0, faultRate = 0, fault = () => httpError(503), seed = 1 } = options
  const numberOf = seededNumbers(seed)
  const calls: OpenCall<Input>[] = []
  let used = 0

  function nextAnswer(input: Input): Answer | Error | Promise<Answer | Error> {
    if (typeof script === 'function') return script(input, used++)
    const answer = script[used]
    if (used++ < script.length) return answer as Answer | Error
    return scriptEnded(what, used, script.length)
  }

  function open(input: Input, { signal }: FakeCallOptions = {}): OpenCall<Input> {
    const place = calls.length
    const call = new OpenCall(input, clock, signal, (of) => numberOf(`${what} ${place} ${of}`))
    calls.push(call)
    return call
  }

  /** Resolves with the answer once the latency has passed, or rejects with the error that the caller gets. */
  async function answerOf(call: OpenCall<Input>, input: Input): Promise<Answer> {
    // Chosen as the call begins, so that latencies don't change which call gets which answer.
    const chosen = call.chance('fault') < faultRate ? FAULT : nextAnswer(input)
    onRejection(chosen, () => {}) // it may reject before it is awaited
    await call.wait(latencyMs, 'latency')
    if (chosen === FAULT) throw fault()
    const answer = await chosen
    if (isError(answer)) throw answer
    return answer
  }

  const answered = (call: OpenCall<Input>, answer: Answer): Answered<Answer> => ({
    answer,
    startedAt: call.record.startedAt,
    chunkPause: () => call.chunkPause(chunkMs),
  })

  return {
    get all() {
      return calls.map((call) => call.record)
    },
    async whole(input, callOptions, respond) {
      const call = open(input, callOptions)
      try {
        const answer = await answerOf(call, input)
        const response = respond(answered(call, answer))
        call.end('ok')
        return response
      } catch (error) {
        call.fail(error)
        throw error
      }
    },
    async *stream(input, callOptions, respond) {
      const call = open(input, callOptions)
      try {
        const answer = await answerOf(call, input)
        const response = yield* respond(answered(call, answer))
        call.end('ok')
        return response
      } catch (error) {
        call.fail(error)
        throw error
      } finally {
        call.end('cancel') // its reader has left
      }
    },
  }
}

/** A call and its record. */
class OpenCall<Input> {
  record: FakeCall<Input>
  /** Returns a number from 0 up to 1. The seed, the call and what the number is `of` decide it. */
  readonly chance: (of: string) => number
  readonly #clock: Clock
  readonly #signal: AbortSignal | undefined
  #chunks = 0

  constructor(input: Input, clock: Clock, signal: AbortSignal | undefined, chance: (of: string) => number) {
    this.record = { input: copyOf(input) as Input, startedAt: clock.now(), endedAt: undefined, status: undefined }
    this.chance = chance
    this.#clock = clock
    this.#signal = signal
  }

  /** Ends the call. Only the first end counts. */
  end(status: 'ok' | 'fail' | 'cancel', failure?: { readonly error: unknown }): void {
    if (this.record.status === undefined)
      this.record = { ...this.record, endedAt: this.#clock.now(), status, ...failure }
  }
  /** Ends it as failed, or as cancelled if its signal has aborted. */
  fail(error: unknown): void {
    this.end(this.#signal?.aborted === true ? 'cancel' : 'fail', { error })
  }

  /** Waits for a random time in the range. Rejects with the signal's reason. */
  async wait(range: DelayRange, of: string): Promise<void> {
    const ms = delayAt(range, this.chance(of))
    if (ms > 0) await this.#clock.sleep(ms, this.#signal)
    this.#signal?.throwIfAborted()
  }
  /** Waits for the time between two chunks. The first chunk comes at once. */
  async chunkPause(range: DelayRange): Promise<void> {
    this.#chunks++
    if (this.#chunks > 1) await this.wait(range, `chunk ${this.#chunks}`)
    this.#signal?.throwIfAborted()
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
