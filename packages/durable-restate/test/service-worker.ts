import { durableService } from '../src/index.ts'
import { serveEndpoint } from './endpoint.ts'
import { placed } from './placed-graph.ts'

// `node service-worker.ts PORT NAME`: serves the stages of `placed` that run on another machine.
const [, , port, name = ''] = process.argv
await serveEndpoint([durableService(placed, { name })], Number(port))
process.stdin.on('end', () => process.exit()).resume()
process.stdout.write('ready\n')
