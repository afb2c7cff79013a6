import type { StageContext } from '@stageflow/core'
import {
  FLAG,
  MILLISECONDS,
  functionLike,
  optionProblems,
  read,
  refuseOptions,
  required,
  show,
} from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import type { Model } from './model.ts'
import type { CountTokens } from './call-usage.ts'

/** What `callModel` needs of the context of a stage. */
export type ModelContext = Pick<
  StageContext,
  'clock' | 'get' | 'note' | 'signal' | 'snapshot' | 'stage' | 'tryEmitEvent'
>

/** Whether a failure deserves the next model. `{ afterMs }` counts as true: nothing waits. */
export type SwitchVerdict = boolean | { readonly afterMs: number }

export interface CallModelOptions<Request> {
  /** The models in the order in which to ask them. Each is asked once. */
  readonly models: readonly [Model<Request>, ...Model<Request>[]]
  /** How long a model may send neither text nor reasoning nor a tool call at first, in ms; then the next one is asked. Default: no limit. */
  readonly firstChunkMs?: number | undefined
  /** If a model hasn't begun its answer after so many ms, the next one is asked too, and the first that begins is taken. Default: never. */
  readonly hedgeMs?: number | undefined
  /**
   * Returns whether to ask the next model after a failure before the first text and the first tool call. `undefined` leaves it to
   * `classifyError` of `@stageflow/core/kit`: a transient one is. Default: always undefined.
   */
  readonly isRetryable?: ((error: unknown, context: ModelContext) => SwitchVerdict | undefined) | undefined
  /** Counts the tokens of a text, for what a stopped call has used. If it throws, that is unknown. Default: one for 4 characters. */
  readonly countTokens?: CountTokens | undefined
  /** Whether to read a stopped answer to its end, for exact counts, at most for 4 s. The provider bills all of it. Default: false. */
  readonly drain?: boolean | undefined
}

export const CODE = 'models/illegal-option'

const isModel = (value: unknown): boolean => {
  const { id, provider, stream } = Object(value) as Partial<Record<keyof Model<never>, unknown>>
  return (
    typeof id === 'string' &&
    id !== '' &&
    typeof provider === 'string' &&
    provider !== '' &&
    typeof stream === 'function'
  )
}
const MODELS: OptionRule = [
  (value) => Array.isArray(value) && value.length > 0,
  'an array of one or more models, each { id, provider, stream(request, signal) }',
]
const RULES: OptionRules<CallModelOptions<never>> = {
  models: required(MODELS),
  firstChunkMs: MILLISECONDS,
  hedgeMs: MILLISECONDS,
  isRetryable: functionLike('(error, context) => boolean, { afterMs } or undefined'),
  countTokens: functionLike('(text) => number'),
  drain: FLAG,
}

/** Throws `models/illegal-option` with everything that is wrong with a call. */
export function checkCall(context: unknown, options: unknown): void {
  const models = read(options, 'models')
  refuseOptions('callModel()', CODE, [
    ...(typeof read(context, 'note') === 'function' ? [] : [`context must be that of a stage, not ${show(context)}`]),
    ...optionProblems(options, RULES),
    ...(Array.isArray(models) ? Array.from<unknown>(models).flatMap(modelProblems) : []),
  ])
}

function modelProblems(model: unknown, place: number, all: readonly unknown[]): readonly string[] {
  const name = `models[${place}]`
  if (!isModel(model)) return [`${name} must be a model { id, provider, stream(request, signal) }, not ${show(model)}`]
  const first = all.indexOf(model)
  return first === place
    ? []
    : [`${name} is the same model as models[${first}], and each is asked once: retry() asks again`]
}
