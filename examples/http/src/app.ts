import { createStageflow } from '@stageflow/defaults'
import { jwtVerifier } from '@stageflow/interceptor-auth'
import { memoryStore } from '@stageflow/keyed-work'
import type { Logger } from 'pino'
import { chat, type ChatPorts } from './pipeline.ts'
import { AUDIENCE, ISSUER } from './tokens.ts'

interface Parts {
  readonly secret: string
  readonly logger: Logger
  readonly ports: ChatPorts
}

/** Puts the service together, once: circuits, keys and metrics are in the interceptors, so a second app would have its own. */
export function openApp({ secret, logger, ports }: Parts) {
  const verify = jwtVerifier({ algorithms: ['HS256'], secret, issuer: ISSUER, audience: AUDIENCE })
  const interceptors = { auth: { verify }, timeout: { timeoutMs: 20_000 } }
  const app = createStageflow({ logger, ports, interceptors })
  const metrics = async () => ({ type: app.registry.contentType, text: await app.registry.metrics() })
  // Keys are kept in this process. Several processes need a store that they share, such as redisStore.
  const store = memoryStore()
  return { graph: app.build(chat), store, logger, metrics, close: () => app.close() }
}

export type App = ReturnType<typeof openApp>
