import { expect, test } from 'vitest'
import { missingSetting, modelServer } from './openai-settings.ts'

const both = { OPENAI_BASE_URL: 'https://models.example/v1/', OPENAI_API_KEY: ' k ' }

test('both variables name a server, with a model unless another is named', () => {
  expect(modelServer(both)).toMatchObject({
    apiKey: 'k',
    model: 'gpt-4o-mini',
    url: new URL('https://models.example/v1/chat/completions'),
  })
  expect(modelServer({ ...both, OPENAI_MODEL: 'mine' })?.model).toBe('mine')
})

test('a query of the address is kept, as some servers want their version there', () => {
  expect(modelServer({ ...both, OPENAI_BASE_URL: 'https://models.example/v1?version=2' })?.url.href).toBe(
    'https://models.example/v1/chat/completions?version=2',
  )
})

test('the setting that one of them lacks is named, and nothing where none or both are there', () => {
  expect(missingSetting({ OPENAI_API_KEY: 'k' })).toBe('OPENAI_BASE_URL')
  expect(missingSetting({ OPENAI_BASE_URL: 'x', OPENAI_API_KEY: ' ' })).toBe('OPENAI_API_KEY')
  expect([missingSetting({}), missingSetting(both)]).toEqual([undefined, undefined])
})

test('one of them alone, or an empty one, names none', () => {
  expect(modelServer({})).toBeUndefined()
  expect(modelServer({ OPENAI_API_KEY: 'k' })).toBeUndefined()
  expect(modelServer({ ...both, OPENAI_API_KEY: ' ' })).toBeUndefined()
})

test.each(['models.example', 'ftp://models.example', 'https://user:hunter2@models.example', 'file:///etc'])(
  '%s is not the address of a server',
  (OPENAI_BASE_URL) => {
    expect(() => modelServer({ ...both, OPENAI_BASE_URL })).toThrow(
      expect.objectContaining({
        code: 'chat/illegal-base-url',
        message: expect.not.stringContaining('hunter2') as string,
      }) as Error,
    )
  },
)

test('a key that no header may carry is refused without being repeated', () => {
  for (const key of ['sk-secret\nX: 1', 'sk-secret ü']) {
    expect(() => modelServer({ ...both, OPENAI_API_KEY: key })).toThrow(
      expect.objectContaining({
        code: 'chat/illegal-api-key',
        message: expect.not.stringContaining('secret') as string,
      }) as Error,
    )
  }
})
