// src/contract.test.ts
import { test } from 'node:test'
import { interceptorContract } from '@stageflow/testing/contract'
import { quota } from './index.ts'

for (const { name, run } of interceptorContract(() =>
  quota({ calls: 1_000 }),
))
  test(name, run)
