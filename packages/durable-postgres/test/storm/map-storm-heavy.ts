import { mapStormByNight } from '../../../durable-local/test/storm/map-storm-by-night.ts'
import { postgresPlace } from './postgres-place.ts'

// For `npm run nightly -- storms`: `node map-storm-heavy.ts [ITEMS KILLS SEED]`.

const { place, close } = await postgresPlace()
await mapStormByNight(place)
await close()
