import { interceptorContract } from '@stageflow/testing/contract'
import { describe, test } from 'vitest'

import { type Verify, auth, orgEnforcement } from './index.ts'

const claims = { sub: 'ada', org_id: 'acme', roles: ['reader'] }
const now: Verify = () => claims
const later: Verify = async (_, { clock, signal }) => {
  await clock.sleep(5, signal)
  return claims
}
const token = 'token of ada'

describe.each([
  ['that is verified at once', now],
  ['that is verified later', later],
])('auth with a token %s', (_, verify) => {
  const options = { runOptions: { token }, stageOptions: { authorize: { roles: ['reader'] } } }
  for (const { name, run } of interceptorContract(() => auth({ verify }), options)) test(name, run)
})

describe('orgEnforcement', () => {
  const options = { runOptions: { token }, outside: () => [auth({ verify: now })] }
  for (const { name, run } of interceptorContract(() => orgEnforcement({ resourceOrgId: () => 'acme' }), options))
    test(name, run)
})
