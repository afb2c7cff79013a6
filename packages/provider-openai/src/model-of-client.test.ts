import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { chatModel, responsesModel } from './index.ts'

const newClient = (): OpenAI => new OpenAI({ apiKey: 'none' })

test.each([
  ['chatModel', chatModel],
  ['responsesModel', responsesModel],
])('%s has one object for each name of each client', (_, modelOf) => {
  const client = newClient()
  expect(modelOf(client, 'gpt')).toBe(modelOf(client, 'gpt'))
  expect(modelOf(client, 'gpt')).not.toBe(modelOf(client, 'other'))
  expect(modelOf(client, 'gpt')).not.toBe(modelOf(newClient(), 'gpt'))
})

test.each([
  ['chatModel', chatModel],
  ['responsesModel', responsesModel],
])('%s without a client or a model says what is missing (models/illegal-option)', (name, modelOf) => {
  // @ts-expect-error a model has a name
  expect(() => modelOf(newClient(), undefined)).toThrow(
    `${name}(client, model): model must be a string that is not empty, not undefined`,
  )
  // @ts-expect-error its options are no client
  expect(() => modelOf({ apiKey: 'sk-secret' }, '')).toThrow(
    expect.objectContaining({
      code: 'models/illegal-option',
      message: expect.not.stringContaining('sk-secret'),
    }),
  )
  // @ts-expect-error
  expect(() => modelOf(undefined, 'gpt')).toThrow(
    `${name}(client, model): client must be a client of openai: new OpenAI(), not undefined`,
  )
})
