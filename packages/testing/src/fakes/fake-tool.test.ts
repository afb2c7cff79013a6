import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { fakeTool } from './fake-tool.ts'

test('a fake tool answers as scripted, and records its calls', async () => {
  const clock = manualClock({ startAt: 5 })
  const search = fakeTool<{ query: string }, { hits: number }>(clock, [{ hits: 3 }, new Error('down')], {
    latencyMs: 40,
  })
  const first = search({ query: 'tea' })
  await clock.runAll()
  expect(await first).toEqual({ hits: 3 })
  const second = expect(search({ query: 'milk' })).rejects.toThrow('down')
  await clock.runAll()
  await second
  expect(search.calls).toEqual([
    { input: { query: 'tea' }, startedAt: 5, endedAt: 45, status: 'ok' },
    { input: { query: 'milk' }, startedAt: 45, endedAt: 85, status: 'fail', error: new Error('down') },
  ])
  const third = expect(search({ query: 'more' })).rejects.toMatchObject({
    code: 'testing/script-ended',
    message: expect.stringContaining('fakeTool() was called 3 times, but its script has 2 answers.'),
  })
  await clock.runAll()
  await third
})

test('a signal that has aborted already, or aborts, ends the call', async () => {
  const clock = manualClock()
  const search = fakeTool(clock, () => 1, { latencyMs: 40 })
  const reason = new Error('too late')
  await expect(search('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const instant = fakeTool(clock, () => 1)
  await expect(instant('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const caller = new AbortController()
  const running = expect(search('b', caller)).rejects.toBe(reason)
  caller.abort(reason)
  await running
  expect(search.calls.map(({ status }) => status)).toEqual(['cancel', 'cancel'])
  expect(clock.timers).toEqual([])
})
