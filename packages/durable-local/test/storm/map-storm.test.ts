import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { test } from 'vitest'

import { mapStormByDay } from './map-storm-by-day.ts'
import { sqlitePlace } from './sqlite-place.ts'

test('maps come to each item once in processes that are killed, and no item that has settled begins again', async () => {
  await mapStormByDay(sqlitePlace(mkdtempSync(join(tmpdir(), 'stageflow-map-storm-'))), 6_000)
}, 300_000)
