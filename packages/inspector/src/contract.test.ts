import { sinkContract } from '@stageflow/testing/contract'
import { expect, test } from 'vitest'

import { inspector } from './index.ts'

/** A page keeps the states of runs, and hands no event on. */
const ABOUT_DELIVERY: ReadonlySet<string> = new Set([
  'accepts an event before emit returns',
  'delivers every accepted event once',
  'delivers every accepted event of a large burst',
  'delivers the whole event',
  'does not throw for any event',
  'delivers an event whose data JSON cannot hold',
  'keeps many runs at once apart',
  'delivers the last event of a run',
  'delivers the last event of a run that fails, is cancelled or waits',
  'flush waits until everything has arrived',
  'close delivers the accepted events',
])

const cases = sinkContract((clock) => ({ sink: inspector({ clock, data: true }), arrived: () => [] }))

for (const { name, run } of cases) if (!ABOUT_DELIVERY.has(name)) test(name, run)

test('only rules about delivered events are left out', () => {
  const names = cases.map(({ name }) => name)
  expect([...ABOUT_DELIVERY].filter((name) => !names.includes(name))).toEqual([])
})
