import { usePlace } from '../../durable-engine/test/place.ts'
import { schemasOfPostgres } from './postgres-place.ts'

// Imported before the tests of the engine.
usePlace(schemasOfPostgres)
