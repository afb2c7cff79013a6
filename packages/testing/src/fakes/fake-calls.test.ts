import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { fakeModel } from './fake-model.ts'
import { fakeSTT, fakeTTS } from './fake-speech.ts'
import { fakeTool } from './fake-tool.ts'

const fakes = { fakeModel, fakeSTT, fakeTTS, fakeTool } as const
type Untyped = (...given: unknown[]) => unknown

test.each(Object.entries(fakes))('%s without its clock is refused as it is made', (name, fake) => {
  const make = fake as Untyped
  expect(() => make(['Hello'])).toThrow(
    expect.objectContaining({
      code: 'testing/illegal-option',
      message: expect.stringContaining(
        `${name}(clock, script, options): clock must be a clock, such as manualClock(), not an array; script must be `,
      ),
    }),
  )
  expect(() => make({ now: () => 0 }, ['Hello'])).toThrow('clock must be a clock')
  expect(() => make()).toThrow(`${name}(clock, script, options): clock must be a clock`)
})

test.each(Object.entries(fakes))('%s without a script is refused as it is made', (name, fake) => {
  const make = fake as Untyped
  expect(() => make(manualClock())).toThrow(
    expect.objectContaining({
      code: 'testing/illegal-option',
      message: expect.stringContaining(
        `${name}(clock, script, options): script must be an array with an answer for each call, or a function (input, call) => answer, not undefined.`,
      ),
    }),
  )
  expect(() => make(manualClock(), 'Hello')).toThrow('script must be an array with an answer for each call')
})

test('a script that rejects before the latency has passed fails its call when it has, and nothing else', async () => {
  const unhandled: unknown[] = []
  const listen = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', listen)
  const clock = manualClock()
  const down = new Error('down')
  const search = fakeTool(clock, () => Promise.reject(down), { latencyMs: 40 })
  const call = expect(search('tea')).rejects.toBe(down)
  await clock.advance(39)
  await new Promise(setImmediate)
  expect([search.calls[0]?.status, unhandled]).toEqual([undefined, []])
  await clock.advance(1)
  await call
  process.off('unhandledRejection', listen)
})

test('a response that cannot be made fails its call, whole or streamed', async () => {
  const model = fakeModel(manualClock(), () => ({ text: 'Hello', usage: { inputTokens: -1 } }))
  await expect(model.generate('Hi')).rejects.toThrow('inputTokens')
  const readAll = async (): Promise<void> => {
    for await (const _ of model.stream('Hi'));
  }
  await expect(readAll()).rejects.toThrow('inputTokens')
  const stt = fakeSTT(manualClock(), () => ({ text: 'Hello', confidence: 7 }))
  await expect(stt.transcribe(new Uint8Array())).rejects.toThrow('confidence')
  expect([...model.calls, ...stt.calls].map(({ status }) => status)).toEqual(['fail', 'fail', 'fail'])
})
