import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'

import { Pipeline } from '@stageflow/core'
import { auth, jwtVerifier } from '@stageflow/interceptor-auth'

const secret = 'a secret of more than thirty-two characters'
const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const sign = (/** @type {object} */ claims, now = Math.floor(Date.now() / 1000)) => {
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, iat: now, exp: now + 60 })}`
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
}
const verify = jwtVerifier({ algorithms: ['HS256'], secret, issuer: 'https://issuer.example', audience: 'chat' })
const chat = new Pipeline('chat').withStage('answer', ({ userId }) => ({ text: `Hello, ${userId}` }))
const graph = chat.build({ interceptors: [auth({ verify })] })

const token = sign({ sub: 'ada', iss: 'https://issuer.example', aud: 'chat' })
assert.deepEqual((await graph.run({}, { token })).data.answer, { text: 'Hello, ada' })
const refused = await graph.runSettled({}, { token: `${token}x` })
assert.equal(refused.status === 'failed' && refused.errors[0]?.code.startsWith('auth/'), true)
