import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { ANY, checkOptions, functionLike, isPlain, TEXT } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { DELAY_RANGE, delayAt, SHARE } from '../faults/delay-range.ts'
import type { DelayRange } from '../faults/delay-range.ts'
import { httpError } from '../faults/http-error.ts'
import { seededNumbers } from '../random/seeded-random.ts'

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
  seed: ANY, // `seededNumbers` checks it
}
export const FAKE_RULES: OptionRules = OWN
export const STREAM_RULES: OptionRules = { ...OWN, chunkMs: DELAY_RANGE, provider: TEXT, model: TEXT }

/** The calls of one fake. */
export interface FakeCalls<Input, Answer> {
  readonly all: readonly FakeCall<Input>[]
  /** Begins a call: waits for its latency, and resolves with its answer, or throws its error. */
  begin(input: Input, options: FakeCallOptions | undefined): Promise<BegunCall<Answer>>
}

/** A call whose answer has come. Exactly one of `ok`, `fail` and `left` ends it. */
export interface BegunCall<Answer> {
  readonly answer: Answer
  /** When it was made. */
  readonly startedAt: number
  /** Waits before the next chunk. */
  readonly nextChunk: () => Promise<void>
  readonly ok: () => void
  /** Ends it as failed, or as cancelled if its signal has aborted. Returns the error, to be thrown. */
  readonly fail: (error: unknown) => unknown
  /** Ends it as cancelled, unless it has ended. */
  readonly left: () => void
}

/** Makes the calls of a fake. `what` names it in messages. */
export function fakeCalls<Input, Answer>(
  what: string,
  clock: Clock,
  script: FakeScript<Input, Answer>,
  options: FakeStreamOptions,
  rules: OptionRules,
): FakeCalls<Input, Answer> {
  checkOptions(`${what}()`, 'testing/illegal-option', options, rules)
  const { latencyMs = 0, chunkMs = 0, faultRate = 0, fault = () => httpError(503), seed = 1 } = options
  const numberOf = seededNumbers(seed)
  const all: FakeCall<Input>[] = []
  let used = 0

  /** The next answer of the script. Chosen as a call begins, so that latencies don't change who gets it. */
  function next(input: Input): Answer | Error | Promise<Answer | Error> {
    if (typeof script === 'function') return script(input, used++)
    if (used < script.length) return script[used++] as Answer | Error
    return new StageflowError(
      'testing/script-ended',
      `${what}() was called ${script.length + 1} times, but its script has ${script.length === 1 ? '1 answer' : `${script.length} answers`}. Add one, or pass a function: ${what}(clock, (input, call) => answer).`,
    )
  }

  async function begin(given: Input, { signal }: FakeCallOptions = {}): Promise<BegunCall<Answer>> {
    const place = all.length
    const input = copyOf(given) as Input
    const startedAt = clock.now()
    all.push({ input, startedAt, endedAt: undefined, status: undefined })
    let chunks = 0

    const end = (status: FakeCall<Input>['status'], error?: unknown): void => {
      if (all[place]?.status !== undefined) return
      const ended = { input, startedAt, endedAt: clock.now(), status }
      all[place] = error === undefined ? ended : { ...ended, error }
    }
    const fail = (error: unknown): unknown => {
      end(signal?.aborted === true ? 'cancel' : 'fail', error)
      return error
    }
    const wait = async (range: DelayRange, why: string): Promise<void> => {
      const ms = delayAt(range, numberOf(`${what} ${place} ${why}`))
      if (ms > 0) await clock.sleep(ms, signal)
      signal?.throwIfAborted()
    }

    try {
      const isFault = numberOf(`${what} ${place} fault`) < faultRate
      const answer = isFault ? undefined : next(given)
      await wait(latencyMs, 'latency')
      if (isFault) throw fault()
      const found = await (answer as Answer | Error | Promise<Answer | Error>)
      if (found instanceof Error) throw found
      return {
        answer: found,
        startedAt,
        nextChunk: async () => {
          try {
            if (chunks++ > 0) await wait(chunkMs, `chunk ${chunks}`)
            signal?.throwIfAborted()
          } catch (error) {
            throw fail(error)
          }
        },
        ok: () => end('ok'),
        fail,
        left: () => end('cancel'),
      }
    } catch (error) {
      throw fail(error)
    }
  }

  return {
    get all() {
      return [...all]
    },
    begin,
  }
}

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
