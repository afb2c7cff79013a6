import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { metrics } from '@stageflow/interceptor-metrics'
import dashboard from '@stageflow/interceptor-metrics/grafana/stageflow.json' with { type: 'json' }
import { Registry } from 'prom-client'

const registry = new Registry()
const chat = new Pipeline('chat').withStage('llm', () => ({ text: 'Hello' }))
await chat.build({ interceptors: [metrics({ registry })] }).run()
assert.match(await registry.metrics(), /^stageflow_stages_total\{.*stage="llm".*status="ok"\} 1$/m)
assert.ok(dashboard.panels.length > 0)
