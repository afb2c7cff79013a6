import { createOpenAI } from '@ai-sdk/openai'
import { expect, test } from 'vitest'
import { aiSdkModel } from './index.ts'

const openai = createOpenAI({ apiKey: 'none' })

test('a LanguageModel, and a name, has one object', () => {
  const gpt = openai('gpt-5')
  expect(aiSdkModel(gpt)).toBe(aiSdkModel(gpt))
  expect(aiSdkModel('openai/gpt-5')).toBe(aiSdkModel('openai/gpt-5'))
  expect(aiSdkModel(gpt)).not.toBe(aiSdkModel(openai('gpt-5')))
})

test('providers have the names that OpenTelemetry gives them', () => {
  expect(aiSdkModel(openai.chat('gpt-5'))).toMatchObject({ id: 'gpt-5', provider: 'openai' })
  expect(aiSdkModel('anthropic/claude-sonnet-4-5')).toMatchObject({ id: 'claude-sonnet-4-5', provider: 'anthropic' })
  expect(aiSdkModel('gpt-5')).toMatchObject({ id: 'gpt-5', provider: 'gateway' })
})

test.each([
  ['nothing', undefined],
  ['an empty name', ''],
  ['a provider', openai],
])('%s instead of a model is refused (models/illegal-option)', (_, given) => {
  // @ts-expect-error none of them is a model
  expect(() => aiSdkModel(given)).toThrow(
    expect.objectContaining({
      code: 'models/illegal-option',
      message: expect.stringContaining(
        "aiSdkModel(model): model must be a LanguageModel such as openai('gpt-5.5'), or its name, not ",
      ),
    }),
  )
})
