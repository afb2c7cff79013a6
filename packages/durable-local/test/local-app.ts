import { durableLocal } from '@stageflow/durable-local'

import type { OpenApp } from '../../durable-engine/test/one-process.ts'

export const openApp: OpenApp = (path, options) => durableLocal({ path, ...options })
