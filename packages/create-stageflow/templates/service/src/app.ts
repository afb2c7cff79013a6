import { insertBefore } from '@stageflow/core'
import { createStageflow, getDefaultInterceptors } from '@stageflow/defaults'
import type { Verify } from '@stageflow/interceptor-auth'
import { retry } from '@stageflow/interceptor-retry'
import { sqliteStore } from '@stageflow/store-sqlite'
import type { Logger } from 'pino'
import { chat } from './chat.ts'
import { openDatabase } from './database.ts'
import type { Model } from './model.ts'

interface Parts {
  readonly verify: Verify
  readonly model: Model
  readonly logger: Logger
  /** The file of messages and records. */
  readonly path: string
}

/** Puts the app together, once per process: open circuits, metrics and keys are kept in it. */
export function openApp({ verify, model, logger, path }: Parts) {
  const database = openDatabase(path)
  const store = sqliteStore({ path })
  const defaults = getDefaultInterceptors({
    auth: { verify },
    idempotency: { store },
    timeout: { timeoutMs: 20_000 },
    logging: { logger },
  })
  // Outside of the timeout, so that each attempt has its own limit.
  const interceptors = insertBefore(defaults, 'timeout', retry({ attempts: 3, baseMs: 200 }))
  const app = createStageflow({ interceptors })
  return {
    graph: app.build(chat, { ports: { model, database } }),
    store,
    database,
    logger,
    verify,
    metrics: async () => ({ type: app.registry.contentType, text: await app.registry.metrics() }),
    async close() {
      const { lost } = await app.close()
      for (const { part, error } of lost) console.error(`${part} was not written:`, error)
      store.close()
      database.close()
    },
  }
}

export type App = ReturnType<typeof openApp>
