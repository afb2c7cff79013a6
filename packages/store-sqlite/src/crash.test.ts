import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Compensation } from '@stageflow/tool-executor'
import { expect, test } from 'vitest'

import type { KillPoint } from '../test/order-side.ts'
import { ownFiles } from '../test/own-files.ts'
import { race } from '../test/race.ts'

const newFolder = ownFiles()

const BEFORE = ['stage reserve', '+reserve as order-7/reserve', 'stage charge', '+charge as order-7/charge']
const AFTER = ['stage ship', '+ship as order-7/ship', 'failed: no box is left', '-ship', '-charge', '-reserve']

test.each<[killAt: KillPoint, again: readonly string[]]>([
  // Whether it was made is unknown. The service gets the same key twice.
  ['in its tool call', ['stage charge', '+charge as order-7/charge']],
  // The result of the call is known: the stage runs again, and the call isn't made again.
  ['after its tool call', ['stage charge']],
  ['after its output was stored', []],
])(
  'case 22: a process is killed during work, %s; the next one repeats no completed stage, follows the keys, and undoes the calls of both in reverse',
  async (killAt, again) => {
    const folder = newFolder('order')
    mkdirSync(folder)
    const linesOf = (): readonly string[] => readFileSync(join(folder, 'log.txt'), 'utf8').trim().split('\n')
    const [killed] = await race('order-side.ts', [{ folder, killAt }])
    expect(killed?.signal).toBe('SIGKILL')
    expect(linesOf()).toEqual(BEFORE)
    const [end] = await race('order-side.ts', [{ folder }])
    expect(linesOf()).toEqual([...BEFORE, ...again, ...AFTER])
    const { isComplete, undone } = end?.answer as Compensation
    expect(isComplete).toBe(true)
    expect(undone.map(({ callId }) => callId)).toEqual(['ship', 'charge', 'reserve'])
    // A third process attaches to the failed run, and finds nothing left to undo.
    const [later] = await race('order-side.ts', [{ folder }])
    expect(linesOf()).toEqual([...BEFORE, ...again, ...AFTER, 'failed: no box is left'])
    expect(later?.answer).toMatchObject({ isComplete: true, undone: [] })
  },
  120_000,
)
