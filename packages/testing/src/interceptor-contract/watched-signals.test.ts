import { expect, test } from 'vitest'
import { watchedSignals } from './watched-signals.ts'

test('listeners that are removed, have fired, or were bound to another signal are not left', () => {
  const signals = watchedSignals()
  const caller = new AbortController()
  const own = new AbortController()
  signals.watch(caller.signal)
  signals.watch(caller.signal)
  const removed = (): void => {}
  caller.signal.addEventListener('abort', removed)
  caller.signal.addEventListener('abort', removed)
  caller.signal.addEventListener('abort', () => {}, { once: true })
  caller.signal.addEventListener('abort', () => {}, { signal: own.signal })
  caller.signal.addEventListener('other', () => {})
  expect(signals.left).toBe(3)
  caller.signal.removeEventListener('abort', removed)
  caller.signal.removeEventListener('abort', removed)
  caller.signal.removeEventListener('abort', null as never)
  expect(signals.left).toBe(2)
  own.abort()
  expect(signals.left).toBe(1)
  caller.abort()
  expect(signals.left).toBe(0)
  caller.signal.addEventListener('abort', () => {})
  expect(signals.left).toBe(0)
})

test('a watched signal calls its listeners as before, in their order', () => {
  const signals = watchedSignals()
  const caller = new AbortController()
  signals.watch(caller.signal)
  const log: string[] = []
  caller.signal.addEventListener('abort', () => log.push(`first, ${signals.left} left`))
  caller.signal.addEventListener(
    'abort',
    { handleEvent: () => log.push(`second, ${signals.left} left`) },
    { once: true },
  )
  caller.signal.addEventListener('abort', () => log.push(`third, ${signals.left} left`))
  caller.abort()
  expect(log).toEqual(['first, 3 left', 'second, 3 left', 'third, 2 left'])
  expect(signals.left).toBe(2)
})
