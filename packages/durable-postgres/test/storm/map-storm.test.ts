import { test } from 'vitest'

import { mapStormByDay } from '../../../durable-local/test/storm/map-storm-by-day.ts'
import { postgresPlace } from './postgres-place.ts'

test('maps come to each item once in processes that are killed, and no item that has settled begins again', async () => {
  const { place, close } = await postgresPlace()
  try {
    await mapStormByDay(place, 7_000)
  } finally {
    await close()
  }
}, 300_000)
