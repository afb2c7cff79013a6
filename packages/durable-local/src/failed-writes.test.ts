import { renameSync } from 'node:fs'

import { Pipeline, systemClock } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { durableRuns } from '@stageflow/durable-engine'
import { expect, onTestFinished, test, vi } from 'vitest'

import { afterBeats, inFile, newPath, open, until } from '../../durable-engine/test/open-runs.ts'
import { SqliteJournal } from './sqlite-journal.ts'

/** Waits until its signal aborts. */
const hang = ({ signal }: StageContext): Promise<{}> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve({}), { once: true }))
const hanging = new Pipeline('p').withStage('pay', hang).build()

test('recover tries a run in a file that was moved once for each beat', async () => {
  const path = newPath()
  const abandoning = open(path)
  void abandoning.run(hanging, {}, { runId: 'a' }).catch(() => {})
  await until(() => inFile(path, 'SELECT * FROM runs').length > 0)
  await abandoning.close()
  const file = { path, synchronous: 'normal', openTimeoutMs: 5_000, busyTimeoutMs: 1_000, maxBytes: 2 ** 30 } as const
  const journal = new SqliteJournal({ ...file, retentionMs: undefined, clock: systemClock })
  const write = vi.spyOn(journal, 'write')
  let beats = 0
  afterBeats(() => beats++)
  const runs = durableRuns(journal, {})
  onTestFinished(async () => {
    await runs.close({ timeoutMs: 0 })
  })
  renameSync(path, `${path}.moved`)
  void runs.recover(hanging).catch(() => {})
  await until(() => beats >= 6)
  expect(write.mock.calls.length).toBeGreaterThan(5)
  // One for each beat, and the first.
  expect(write.mock.calls.length).toBeLessThanOrEqual(beats + 2)
})
