import { once } from 'node:events'
import { pino } from 'pino'
import { openApp } from './app.ts'
import { openAuth } from './auth.ts'
import { openModel } from './model.ts'
import { openService } from './server.ts'
import { startTracing } from './telemetry.ts'

const { PORT = '3000', METRICS_PORT = '9464', DATABASE = 'service.db', LOG_LEVEL = 'info' } = process.env

const stopTracing = startTracing(process.env)
const { verify, sign } = openAuth(process.env)
const logger = pino({ level: LOG_LEVEL }, pino.destination(2))
const { server, metrics, close } = openService(
  openApp({ verify, model: openModel(process.env), logger, path: DATABASE }),
)
const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
server.listen(Number(PORT))
metrics.listen(Number(METRICS_PORT))
await Promise.all([once(server, 'listening'), once(metrics, 'listening')])

console.log(`Listening on http://localhost:${PORT}. Ctrl-C stops it.`)
// With a secret of yours, others trust the token too: it would be a key to them in your logs.
if (sign !== undefined && !process.env['JWT_SECRET']) {
  const token = sign('ada', 'acme')
  console.log(`\ncurl -N http://localhost:${PORT}/chat -H 'Authorization: Bearer ${token}' \\`)
  console.log(`  -H 'Idempotency-Key: 1' -d '{"question":"What is a stage?"}'`)
}
await stopped
await close()
await stopTracing()
