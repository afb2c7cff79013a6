import { amount, anything, type Check, type Checks, count, known, name, readFields, readJsonFields } from './fields.ts'
import {
  attributes,
  type OtelAttributes,
  type OtelOptions,
  seconds,
  type Semconv,
  semconvOf,
} from './otel-attributes.ts'
import { type ProviderUsage, totalOf, usageOf } from './usage.ts'

/** The fields that every response has, if they are known. */
export interface ProviderResponseFields {
  /** The provider, as OpenTelemetry names it: `openai`, `anthropic`, `gcp.gemini`, `deepgram`, … */
  readonly provider: string
  /** The model that you asked for. */
  readonly model?: string | undefined
  /** All input tokens, cached ones included. */
  readonly inputTokens?: number | undefined
  /** All output tokens, reasoning included. */
  readonly outputTokens?: number | undefined
  /** What the call cost, in US dollars. */
  readonly costUsd?: number | undefined
  /** Time from the request to the end of the response, in ms. */
  readonly latencyMs?: number | undefined
  /** Time from the request to the first chunk of a stream, in ms. */
  readonly timeToFirstChunkMs?: number | undefined
  /** The provider's id of the response: `chatcmpl-…`. */
  readonly responseId?: string | undefined
  /** The provider's id of the request, which its support asks for: usually the header `x-request-id`. */
  readonly requestId?: string | undefined
  /** What the provider sent. Kept as it is, neither copied nor frozen; not in dicts, JSON or attributes. */
  readonly rawResponse?: unknown
}

/** Fields that no dict and no JSON has. */
type Hidden = 'rawResponse' | 'audio'
const HIDDEN: ReadonlySet<string> = new Set<Hidden>(['rawResponse', 'audio'])

/** A response's properties: its fields, `undefined` if they aren't known. */
export type ResponseProperties<Fields> = {
  readonly [Name in keyof Fields as Exclude<Name, Hidden>]: Exclude<Fields[Name], null>
}

/** The plain data of a response: its fields that are known. */
export type ResponseDict<Fields> = {
  readonly [Name in keyof Fields as Exclude<Name, Hidden>]: Exclude<Fields[Name], null | undefined>
}

/** What is special about one class of responses. */
export interface ResponseKind<Fields extends ProviderResponseFields> {
  /** The name of the class, for messages. */
  readonly owner: string
  /** The value of `gen_ai.operation.name`. */
  readonly operation: string
  /** Begins the attributes that OpenTelemetry has no names for: `stageflow.llm`. */
  readonly prefix: string
  readonly checks: Checks<Fields>
  readonly required: readonly (keyof Fields & string)[]
  readonly defaults: Partial<Fields>
  /** Adds what follows from other fields; throws if they disagree. */
  readonly complete?: (fields: Fields) => Fields
  /** The attributes that only this class has. */
  readonly attributes: (fields: Fields, semconv: Semconv) => Parameters<typeof attributes>[0]
}

type CommonChecks = Checks<Omit<ProviderResponseFields, 'provider' | 'model'>>

/** The checks of the fields that every response has. */
export const COMMON_CHECKS: CommonChecks & { readonly provider: Check<string>; readonly model: Check<string> } = {
  model: name,
  provider: name,
  inputTokens: count,
  outputTokens: count,
  costUsd: amount,
  latencyMs: amount,
  timeToFirstChunkMs: amount,
  responseId: name,
  requestId: name,
  rawResponse: anything,
}

/** A frozen copy of what a provider's model returned, and of what is known about the call. */
export abstract class ProviderResponse<Fields extends ProviderResponseFields, Dict> {
  readonly #kind: ResponseKind<Fields>
  readonly #fields: Fields

  /** Throws a `TypeError` or `RangeError` that names each wrong field. */
  protected constructor(kind: ResponseKind<Fields>, given: Fields) {
    const read = { ...kind.defaults, ...readFields(kind.owner, kind.checks, kind.required, given) }
    const fields = kind.complete?.(read) ?? read
    this.#kind = kind
    this.#fields = fields
    for (const field of Object.keys(kind.checks) as (keyof Fields & string)[]) {
      if (!HIDDEN.has(field)) Object.defineProperty(this, field, { value: fields[field], enumerable: true })
    }
    Object.freeze(this)
  }

  /** What the provider sent, as you passed it. */
  get rawResponse(): unknown {
    return this.#fields.rawResponse
  }

  /** The sum of input and output tokens; undefined unless both were counted. */
  get totalTokens(): number | undefined {
    return totalOf(this.#fields.inputTokens, this.#fields.outputTokens)
  }

  /** What was counted, for `note('usage', …)` of a stage; undefined if nothing was. */
  get usage(): ProviderUsage | undefined {
    return usageOf(this.#fields)
  }

  /** Frozen plain data for other stages: what is known, without `rawResponse` and audio. */
  toDict(): Dict {
    return known(this, { totalTokens: this.totalTokens }) as object as Dict
  }

  toJSON(): Dict {
    return this.toDict()
  }

  /** What is known, under OpenTelemetry's names (`gen_ai.*`), or `stageflow.*` if it has none. Times are in seconds. No content. */
  toOtelAttributes(options?: OtelOptions): OtelAttributes {
    const { owner, operation, prefix } = this.#kind
    const semconv = semconvOf(owner, options)
    const fields = this.#fields
    return attributes({
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': fields.provider,
      'gen_ai.request.model': fields.model,
      'gen_ai.response.id': fields.responseId,
      'gen_ai.usage.input_tokens': fields.inputTokens,
      'gen_ai.usage.output_tokens': fields.outputTokens,
      ...this.#kind.attributes(fields, semconv),
      'stageflow.usage.cost_usd': fields.costUsd,
      [`${prefix}.latency`]: seconds(fields.latencyMs),
      [`${prefix}.request_id`]: fields.requestId,
    })
  }

  /** A field without a property of its own, such as audio. */
  protected hidden<Name extends keyof Fields & Hidden>(field: Name): Fields[Name] {
    return this.#fields[field]
  }
}

/** The fields in a value from JSON. Ignores unknown members; throws if a value is wrong. */
export function jsonFields<Fields extends ProviderResponseFields>(kind: ResponseKind<Fields>, value: unknown): Fields {
  const visible = Object.entries(kind.checks).filter(([field]) => !HIDDEN.has(field))
  return readJsonFields(kind.owner, Object.fromEntries(visible) as Checks<Fields>, kind.required, value)
}
