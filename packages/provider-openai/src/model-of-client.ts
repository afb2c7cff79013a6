import { TEXT, checkOptions, read, required } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import type { Model } from '@stageflow/models'
import type OpenAI from 'openai'

export const CODE = 'models/illegal-option'

/** Not by its class, because an app may have two copies of the client. */
const CLIENT: OptionRule = [
  (value) => typeof read(value, 'post') === 'function' && read(value, 'chat') !== undefined,
  'a client of openai: new OpenAI()',
]
const ARGUMENTS: OptionRules = { client: required(CLIENT), model: required(TEXT) }

/**
 * A function that makes the models of one API, one object for each name of each client: `callModel` keeps the health of a model by its object.
 * `name`: what it is called, for errors.
 */
export function modelOfClient<Request>(
  name: string,
  newModel: (client: OpenAI, model: string) => Model<Request>,
): (client: OpenAI, model: string) => Model<Request> {
  const models = new WeakMap<OpenAI, Map<string, Model<Request>>>()
  return (client, model) => {
    const known = models.get(client)?.get(model)
    if (known !== undefined) return known
    checkOptions(`${name}(client, model)`, CODE, { client, model }, ARGUMENTS)
    const made = newModel(client, model)
    models.set(client, (models.get(client) ?? new Map()).set(model, made))
    return made
  }
}
