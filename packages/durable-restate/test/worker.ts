import { appendFileSync } from 'node:fs'
import { durableService, durableWorkflow } from '../src/index.ts'
import { serveEndpoint } from './endpoint.ts'
import { randomGraph } from './random-graph.ts'
import { secret } from './secret.ts'

// `node worker.ts PORT LINES PREFIX FIRST LAST`: serves the random graphs of these seeds, as PREFIX-1 and so on. Each call of a
// stage appends a line to the file LINES. Prints "ready" once it listens.
const [, , port, lines = '', prefix, first, last] = process.argv
const services = []
for (let seed = Number(first); seed <= Number(last); seed++) {
  const { graph } = randomGraph(seed, (runId, key) => appendFileSync(lines, `${runId} ${key}\n`))
  const name = `${prefix}-${seed}`
  services.push(
    durableWorkflow(graph, { name, secret, run: { graceMs: 300 } }),
    durableService(graph, { name, run: { graceMs: 300 } }),
  )
}
await serveEndpoint(services, Number(port))
process.stdin.on('end', () => process.exit()).resume()
process.stdout.write('ready\n')
