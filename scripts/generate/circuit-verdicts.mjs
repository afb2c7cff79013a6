import { FAILED_CALLS } from '../../packages/interceptor-circuit-breaker/test/failed-calls.ts'
import { generateTables, table } from './generated-tables.mjs'

// The page that says which failed calls open a circuit, from the rows that the test of the circuit breaker runs.

const MEANS = {
  failure: ['**open** it', 'a failure'],
  success: ['leave it closed', 'a success'],
  unknown: ['leave it closed', '`unknown`'],
  neither: ['leave it closed', 'neither'],
}
const rows = Object.entries(FAILED_CALLS).map(([call, { counts }]) => [call, ...MEANS[counts]])

generateTables('docs/reference/circuit-verdicts.md', {
  calls: table(['a call that ends with', 'five of them', 'one counts as'], rows),
})
