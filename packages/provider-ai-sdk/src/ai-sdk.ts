import { StageflowError } from '@stageflow/core'
import { checkArgumentCount, read } from '@stageflow/core/kit'
import { callModel, callModelForValue, resolveSchema, repairText } from '@stageflow/models'
import type { CallModelOptions, ModelContext, ModelOutput, SchemaOption } from '@stageflow/models'
import { Output, jsonSchema } from 'ai'
import type { LanguageModel, ModelMessage, ToolSet } from 'ai'
import { CODE, aiSdkModel } from './ai-sdk-model.ts'
import type { AiSdkRequest } from './ai-sdk-model.ts'

/** Which models to ask, and how: `model`, or `models` for one with spares. */
export type AiSdkRoute = Omit<CallModelOptions<never>, 'models'> &
  (
    | { readonly model: LanguageModel; readonly models?: undefined }
    | { readonly models: readonly [LanguageModel, ...LanguageModel[]]; readonly model?: undefined }
  )

/**
 * One step of a model of the AI SDK, in a stage: `return yield* aiSdk(context, { model, messages })`. Yields the text, and returns the whole
 * answer. Tools have no `execute`: the calls are in the answer. With `schema` it yields nothing, and returns the value. `callModel` of
 * `@stageflow/models` says what happens if it fails.
 */
export function aiSdk<Value extends object>(
  context: ModelContext,
  options: AiSdkRoute & AiSdkRequest & SchemaOption<Value>,
): AsyncGenerator<never, Value, unknown>
export function aiSdk(
  context: ModelContext,
  options: AiSdkRoute & AiSdkRequest,
): AsyncGenerator<string, ModelOutput, unknown>
export function aiSdk(
  context: ModelContext,
  options: AiSdkRoute & AiSdkRequest & Partial<SchemaOption<object>>,
): AsyncGenerator<string, object, unknown> {
  checkArgumentCount(arguments.length, 2, 'aiSdk(context, options)', CODE)
  const { model, models, firstChunkMs, hedgeMs, isRetryable, countTokens, drain, schema, ...rest } = options
  const request: AiSdkRequest = rest
  checkTools(request.tools)
  const [first, ...others] = givenModels(model, models)
  // Every option, so that a new one isn't taken for one of the AI SDK.
  const route: Required<CallModelOptions<AiSdkRequest>> = {
    models: [aiSdkModel(first), ...others.map((other) => aiSdkModel(other))],
    firstChunkMs,
    hedgeMs,
    isRetryable,
    countTokens,
    drain,
  }
  if (schema === undefined) return callModel(context, request, route)
  const resolved = resolveSchema(schema)
  const output = Output.object({ schema: jsonSchema(resolved.jsonSchema) })
  return callModelForValue(context, { ...request, output } as AiSdkRequest, route, {
    schema: resolved,
    repair: (given, text, problem) => repaired(given, text, repairText(problem)),
  })
}

type GivenModels = NonNullable<AiSdkRoute['models']>

function givenModels(model: LanguageModel | undefined, models: GivenModels | undefined): GivenModels {
  if (model !== undefined && models === undefined) return [model]
  if (model === undefined && Array.isArray(models) && models.length > 0) return models
  throw new StageflowError(CODE, 'aiSdk(context, options): pass model, or models with one or more of them.')
}

/** The AI SDK would run such a tool, and the stage that reads the calls would run it again. */
function checkTools(tools: ToolSet = {}): void {
  const [name] = Object.entries(tools).find(([, tool]) => read(tool, 'execute') !== undefined) ?? []
  if (name === undefined) return
  throw new StageflowError(
    CODE,
    `aiSdk(context, options): tool "${name}" has execute. Leave it out, and run the calls in data.toolCalls in a stage.`,
  )
}

/** The request with what the model has written, and what is wrong with it. */
function repaired(request: AiSdkRequest, text: string, problem: string): AiSdkRequest {
  const { prompt, messages, ...others } = request as { prompt?: string | ModelMessage[]; messages?: ModelMessage[] }
  const asked = messages ?? (typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : (prompt ?? []))
  const more: ModelMessage[] = [
    { role: 'assistant', content: text },
    { role: 'user', content: problem },
  ]
  return { ...others, messages: [...asked, ...more] }
}
