import { createStageflow } from '@stageflow/defaults'
import { jwtVerifier } from '@stageflow/interceptor-auth'
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
  const app = createStageflow({ logger, ports, interceptors: { auth: { verify }, timeout: { timeoutMs: 20_000 } } })
  const metrics = async () => ({ type: app.registry.contentType, text: await app.registry.metrics() })
  return { graph: app.build(chat), logger, metrics, close: () => app.close() }
}

export type App = ReturnType<typeof openApp>
