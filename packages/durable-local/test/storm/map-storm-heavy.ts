import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { mapStormByNight } from './map-storm-by-night.ts'
import { sqlitePlace } from './sqlite-place.ts'

// For `npm run nightly -- storms`: `node map-storm-heavy.ts [ITEMS KILLS SEED]`.

await mapStormByNight(sqlitePlace(mkdtempSync(join(tmpdir(), 'stageflow-map-storm-'))))
