import { StageflowError } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import { callModel, callModelForValue, resolveSchema, repairText } from '@stageflow/models'
import type { CallModelOptions, Model, ModelContext, ModelOutput, GivenSchema, SchemaOption } from '@stageflow/models'
import type OpenAI from 'openai'
import { chatModel } from './chat-model.ts'
import type { ChatRequest } from './chat-model.ts'
import { CODE } from './model-of-client.ts'
import { responsesModel } from './responses-model.ts'
import type { ResponsesRequest } from './responses-model.ts'

/** Which models to ask, and how: `model`, or `models` for one with spares. */
export type OpenAIRoute = Omit<CallModelOptions<never>, 'models'> & {
  readonly client: OpenAI
} & (
    | { readonly model: string; readonly models?: undefined }
    | { readonly models: readonly [string, ...string[]]; readonly model?: undefined }
  )

/** The name of a schema in a request. Models see it. */
const NAME = 'value'

/**
 * Asks a model by OpenAI's chat completions, in a stage: `return yield* openaiChat(context, { client, model, messages })`. Yields the text, and
 * returns the whole answer. With `schema` it yields nothing, and returns the value. `callModel` of `@stageflow/models` says what happens if it
 * fails.
 */
export function openaiChat<Value extends object>(
  context: ModelContext,
  options: OpenAIRoute & ChatRequest & SchemaOption<Value>,
): AsyncGenerator<never, Value, unknown>
export function openaiChat(
  context: ModelContext,
  options: OpenAIRoute & ChatRequest,
): AsyncGenerator<string, ModelOutput, unknown>
export function openaiChat(
  context: ModelContext,
  options: OpenAIRoute & ChatRequest & Partial<SchemaOption<object>>,
): AsyncGenerator<string, object, unknown> {
  checkArgumentCount(arguments.length, 2, 'openaiChat(context, options)', CODE)
  const { route, request, schema } = split(options, chatModel)
  if (schema === undefined) return callModel(context, request, route)
  const resolved = resolveSchema(schema)
  const json_schema = { name: NAME, strict: true, schema: { ...resolved.jsonSchema } }
  return callModelForValue(context, { ...request, response_format: { type: 'json_schema', json_schema } }, route, {
    schema: resolved,
    repair: (first, text, problem) => ({
      ...first,
      messages: [
        ...first.messages,
        { role: 'assistant' as const, content: text },
        { role: 'user' as const, content: repairText(problem) },
      ],
    }),
  })
}

/** The same by OpenAI's Responses API: `return yield* openaiResponses(context, { client, model, input })`. */
export function openaiResponses<Value extends object>(
  context: ModelContext,
  options: OpenAIRoute & ResponsesRequest & SchemaOption<Value>,
): AsyncGenerator<never, Value, unknown>
export function openaiResponses(
  context: ModelContext,
  options: OpenAIRoute & ResponsesRequest,
): AsyncGenerator<string, ModelOutput, unknown>
export function openaiResponses(
  context: ModelContext,
  options: OpenAIRoute & ResponsesRequest & Partial<SchemaOption<object>>,
): AsyncGenerator<string, object, unknown> {
  checkArgumentCount(arguments.length, 2, 'openaiResponses(context, options)', CODE)
  const { route, request, schema } = split(options, responsesModel)
  if (schema === undefined) return callModel(context, request, route)
  const resolved = resolveSchema(schema)
  const format = { type: 'json_schema' as const, name: NAME, strict: true, schema: { ...resolved.jsonSchema } }
  return callModelForValue(context, { ...request, text: { ...request.text, format } }, route, {
    schema: resolved,
    repair: (first, text, problem) => ({
      ...first,
      input: [
        ...(typeof first.input === 'string' ? [{ role: 'user' as const, content: first.input }] : (first.input ?? [])),
        { role: 'assistant' as const, content: text },
        { role: 'user' as const, content: repairText(problem) },
      ],
    }),
  })
}

/** What `callModel` is told, and the request of the client. */
function split<Request extends object>(
  options: OpenAIRoute & Request & Partial<SchemaOption<object>>,
  modelOf: (client: OpenAI, model: string) => Model<Request>,
): { route: CallModelOptions<Request>; request: Request; schema: GivenSchema<object> | undefined } {
  const { client, model, models, firstChunkMs, hedgeMs, isRetryable, countTokens, drain, schema, ...request } = options
  const [first, ...others] = givenModels(model, models)
  // Every option, so that a new one isn't taken for one of the client.
  const route: Required<CallModelOptions<Request>> = {
    models: [modelOf(client, first), ...others.map((other) => modelOf(client, other))],
    firstChunkMs,
    hedgeMs,
    isRetryable,
    countTokens,
    drain,
  }
  return { route, request: request as object as Request, schema }
}

type GivenModels = NonNullable<OpenAIRoute['models']>

function givenModels(model: string | undefined, models: GivenModels | undefined): GivenModels {
  if (model !== undefined && models === undefined) return [model]
  if (model === undefined && Array.isArray(models) && models.length > 0) return models
  throw new StageflowError(CODE, 'openaiChat() and openaiResponses(): pass model, or models with one or more names.')
}
