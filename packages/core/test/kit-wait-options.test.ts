import { expect, test } from 'vitest'
import { ABORT_SIGNAL, checkWait } from '../src/kit.ts'

const { signal } = new AbortController()

test('the limits of a wait are a signal and a number of milliseconds from 0, or Infinity', () => {
  for (const options of [{}, { signal }, { timeoutMs: 0 }, { signal: undefined, timeoutMs: Infinity }])
    expect(() => checkWait('flush()', 'demo/illegal-option', options)).not.toThrow()
  expect(() => checkWait('flush()', 'demo/illegal-option', { signal: 'stop', timeoutMs: -1 })).toThrow(
    'flush(): signal must be an AbortSignal, such as controller.signal, not "stop"; ' +
      'timeoutMs must be a number of milliseconds from 0, or Infinity, not -1.',
  )
})

test('a signal in the place of the options is refused: it would end nothing', () => {
  expect(() => checkWait('flush()', 'demo/illegal-option', signal)).toThrow(
    'flush(): the options must be an object, not an instance of AbortSignal that has none (known: signal, timeoutMs).',
  )
})

test('a wait with other options has rules of its own', () => {
  const rules = { signal: ABORT_SIGNAL }
  expect(() => checkWait('feed()', 'demo/illegal-option', { timeoutMs: 5 }, rules)).toThrow(
    'feed(): unknown option "timeoutMs" (known: signal).',
  )
})
