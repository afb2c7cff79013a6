import { type Clock, insertBefore } from '@stageflow/core'
import { createStageflow, getDefaultInterceptors } from '@stageflow/defaults'
import { retry } from '@stageflow/interceptor-retry'
import { type ChatPorts, chat } from './pipeline.ts'

/** The default interceptors around the stages, with a retry outside the timeout, so that each attempt has its own limit. */
export function openApp(ports: ChatPorts, clock?: Clock) {
  const defaults = getDefaultInterceptors({ logging: false })
  const interceptors = insertBefore(defaults, 'timeout', retry({ baseMs: 500 }))
  const app = createStageflow({ interceptors, ports, ...(clock === undefined ? {} : { clock }) })
  return { graph: app.build(chat), close: () => app.close() }
}

export type ChatGraph = ReturnType<typeof openApp>['graph']
