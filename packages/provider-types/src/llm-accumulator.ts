import { type Check, type Checks, isRecord, known, name, positive, readFields } from './fields.ts'
import { type LLMDelta, readDelta } from './llm-delta.ts'
import { LLMResponse, type LLMResponseFields } from './llm-response.ts'
import { shown } from './problems.ts'
import { ToolCallAccumulator } from './tool-call-accumulator.ts'

export interface LLMAccumulatorOptions {
  /** The model that you asked for. */
  readonly model: string
  readonly provider: string
  /** Returns the time in ms, such as `clock.now`. Default: none; only the times that you pass count. */
  readonly now?: (() => number) | undefined
  /** When the request was made, in ms. Default: `now()`. */
  readonly startedAt?: number | undefined
  /** Maximum length of text, reasoning and arguments together, in characters. Default: 4,000,000. */
  readonly maxLength?: number | undefined
  /** Maximum number of tool calls in a response. Default: 128. */
  readonly maxToolCalls?: number | undefined
}

/** What a stream doesn't say, or says wrongly. */
export type LLMResponseExtras = Partial<Omit<LLMResponseFields, 'model' | 'provider'>>

const time: Check<number> = (value, field, problems) => {
  if (typeof value !== 'number') return problems.type(field, 'a number', value)
  return Number.isFinite(value) ? value : problems.range(field, 'a finite number', value)
}

const CHECKS: Checks<LLMAccumulatorOptions> = {
  model: name,
  provider: name,
  now: (value, field, problems) =>
    typeof value === 'function' ? (value as () => number) : problems.type(field, 'a function', value),
  startedAt: time,
  maxLength: positive,
  maxToolCalls: positive,
}

/** Makes an `LLMResponse` from the deltas of a stream, at any time: also from a stream that was cut off, with what was counted until then. */
export class LLMAccumulator {
  readonly #model: string
  readonly #provider: string
  readonly #now: (() => number) | undefined
  readonly #startedAt: number | undefined
  readonly #maxLength: number
  readonly #toolCalls: ToolCallAccumulator
  #content = ''
  #reasoning = ''
  #characters = 0
  #firstAt: number | undefined
  #firstAnswerAt: number | undefined
  #lastAt: number | undefined
  #usage: LLMDelta['usage']
  /** The newest finish reason, ids and model. */
  #facts: LLMDelta = {}

  constructor(options: LLMAccumulatorOptions) {
    const read = readFields('LLMAccumulator', CHECKS, ['model', 'provider'], options)
    this.#model = read.model
    this.#provider = read.provider
    this.#now = read.now
    this.#startedAt = read.startedAt ?? timeOf(read.now?.())
    this.#maxLength = read.maxLength ?? 4_000_000
    this.#toolCalls = new ToolCallAccumulator(read.maxToolCalls ?? 128)
  }

  /** The text so far. */
  get content(): string {
    return this.#content
  }

  /**
   * Adds the next delta, which came `at` this time (default: `now()`). Throws a `TypeError` or `RangeError` if a value is wrong or
   * the response is too long. The delta is then left out, except for tool call fragments before the wrong one.
   */
  add(delta: LLMDelta, at?: number): void {
    const { text: given, reasoning = '', toolCalls = [], usage, messages: _, ...facts } = readDelta(delta)
    const text = given ?? ''
    const arrivedAt = timeOf(at === undefined ? this.#now?.() : at)
    let characters = this.#characters + text.length + reasoning.length
    for (const call of toolCalls) characters += lengthOf(call.arguments) + lengthOf(call.name) + lengthOf(call.id)
    if (characters > this.#maxLength)
      throw new RangeError(`LLMDelta: the response is longer than ${this.#maxLength} characters (maxLength).`)
    // First, because a fragment may be wrong. Nothing else throws from here on.
    for (const call of toolCalls) this.#toolCalls.add(call)
    this.#characters = characters
    this.#content += text
    this.#reasoning += reasoning
    if (usage !== undefined) this.#usage = { ...this.#usage, ...usage }
    this.#facts = { ...this.#facts, ...facts }
    this.#lastAt = arrivedAt
    this.#firstAt ??= arrivedAt
    const isAnswer = text !== '' || toolCalls.length > 0
    if (isAnswer) this.#firstAnswerAt ??= arrivedAt
  }

  /**
   * The response so far. `extras` override what was streamed. It is `partial` unless a delta had a finish reason, or `extras` say
   * otherwise.
   */
  toResponse(extras: LLMResponseExtras = {}): LLMResponse {
    if (!isRecord(extras))
      throw new TypeError(`LLMAccumulator.toResponse: extras must be an object, but is ${shown(extras)}.`)
    return new LLMResponse({
      content: this.#content,
      ...this.#usage,
      ...this.#facts,
      latencyMs: this.#since(this.#lastAt),
      timeToFirstChunkMs: this.#since(this.#firstAt),
      timeToFirstAnswerChunkMs: this.#since(this.#firstAnswerAt),
      toolCalls: this.#toolCalls.calls(),
      reasoning: this.#reasoning === '' ? undefined : this.#reasoning,
      partial: this.#facts.finishReason === undefined,
      ...known(extras),
      model: this.#model,
      provider: this.#provider,
    })
  }

  /** Undefined if a time isn't known or the clock went back: 0 would be made up. */
  #since(at: number | undefined): number | undefined {
    if (at === undefined || this.#startedAt === undefined || at < this.#startedAt) return undefined
    return at - this.#startedAt
  }
}

function timeOf(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number') throw new TypeError(`LLMAccumulator: a time must be a number, but is ${shown(value)}.`)
  if (Number.isFinite(value)) return value
  throw new RangeError(`LLMAccumulator: a time must be a finite number, but is ${shown(value)}.`)
}

function lengthOf(part: string | object | undefined): number {
  if (part === undefined) return 0
  return typeof part === 'string' ? part.length : JSON.stringify(part).length
}
