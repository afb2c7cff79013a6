import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { askStore } from './index.ts'

const clock = manualClock()

test.each<[limit: unknown, message: string]>([
  [undefined, 'the options must be an object, not undefined.'],
  [7, 'the options must be an object, not 7.'],
  [{}, 'clock must be a clock with now(), sleep(), setTimeout(), not undefined; limitMs must be '],
  [{ clock, limitMs: 5, late: 1 }, 'unknown option "late" (known: name, clock, limitMs, signal).'],
  [{ clock, limitMs: 5, sginal: clock }, 'unknown option "sginal" (did you mean "signal"? known: '],
  [{ clock, limitMs: '5' }, 'limitMs must be a number of milliseconds from 0, or Infinity, not "5".'],
  [{ clock, limitMs: 5, name: 7 }, 'name must be a string that is not empty, not 7.'],
  [{ clock, limitMs: 5, signal: AbortSignal.abort() }, 'signal must be a function () => AbortSignal | undefined, not '],
])('a limit of %o is refused before the store is asked', async (limit, message) => {
  let asked = 0
  await expect(askStore(() => ++asked, limit as never)).rejects.toMatchObject({
    code: 'keyed-work/illegal-option',
    message: expect.stringContaining(`askStore(): ${message}`),
  })
  expect(asked).toBe(0)
})

test('something other than a function is refused', async () => {
  await expect(askStore(undefined as never, { clock, limitMs: 5 })).rejects.toThrow(
    'askStore(): ask must be a function () => answer, not undefined.',
  )
})
