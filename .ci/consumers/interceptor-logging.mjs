import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { logging } from '@stageflow/interceptor-logging'
import { pino } from 'pino'

/** @type {string[]} */
const lines = []
const logger = pino({ base: null }, { write: (line) => void lines.push(line) })
const login = new Pipeline('login').withStage('check', () => ({ token: 'hunter2', name: 'Ada' }))
await login.build({ interceptors: [logging({ logger, data: true })] }).run()
assert.deepEqual(
  lines.map((line) => JSON.parse(line).msg),
  ['stage completed', 'run completed'],
)
assert.match(lines.join(''), /Ada/)
assert.doesNotMatch(lines.join(''), /hunter2/)
