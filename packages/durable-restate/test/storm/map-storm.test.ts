import { test } from 'vitest'

import { mapStormByDay } from '../../../durable-local/test/storm/map-storm-by-day.ts'
import { restatePlace } from './restate-place.ts'

test('maps come to each item once in processes that are killed, and no item that has settled begins again', async () => {
  const { place, close } = await restatePlace()
  try {
    await mapStormByDay(place, 8_000)
  } finally {
    await close()
  }
}, 300_000)
