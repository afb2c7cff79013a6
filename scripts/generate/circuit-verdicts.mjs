import { FAILED_CALLS } from '../../packages/interceptor-circuit-breaker/test/failed-calls.ts'
import { generateTables, table } from './generated-tables.mjs'

// The page that says which failed calls open a circuit, from the rows that the test of the circuit breaker runs.

const MEANS = {
  failure: ['**opens**', 'a failure'],
  success: ['stays closed', 'a success: the service answered'],
  unknown: ['stays closed', '`unknown`: counted in `stats()` and in the note'],
  neither: ['stays closed', 'neither'],
}
const rows = Object.entries(FAILED_CALLS).map(([call, { counts }]) => [call, ...MEANS[counts]])

generateTables('docs/reference/circuit-verdicts.md', {
  calls: table(['a call that ends with', 'after five of them, the circuit', 'one counts as'], rows),
})
