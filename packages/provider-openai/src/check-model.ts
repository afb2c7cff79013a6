import { StageflowError } from '@stageflow/core'
import { checkArgumentCount, read, show } from '@stageflow/core/kit'
import type OpenAI from 'openai'

export const CODE = 'models/illegal-option'

/** Checks the arguments of a model: its client, which has `part`, and its name. `usage`: how to call the function. */
export function checkModel(given: ArrayLike<unknown>, part: keyof OpenAI, usage: string): void {
  checkArgumentCount(given.length, 2, usage, CODE)
  const [client, model] = Array.from(given)
  if (typeof read(client, part) !== 'object')
    throw new StageflowError(CODE, `${usage}: client must be one of OpenAI, new OpenAI(), not ${show(client)}.`)
  if (typeof model !== 'string' || model === '')
    throw new StageflowError(CODE, `${usage}: model must be the name of a model, such as 'gpt-5', not ${show(model)}.`)
}
