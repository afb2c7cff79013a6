import { mapStormByNight } from '../../../durable-local/test/storm/map-storm-by-night.ts'
import { restatePlace } from './restate-place.ts'

// For `npm run nightly -- restate`: `node map-storm-heavy.ts [ITEMS KILLS SEED]`.

const { place, close } = await restatePlace()
await mapStormByNight(place)
await close()
