import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { jwkOf, jwksServer } from '../test/jwks-server.ts'
import { AUDIENCE, ISSUER, goodClaims, rsa, token } from '../test/tokens.ts'

const script = (jwksUri: string, text: string): string => `
  import { Pipeline } from '@stageflow/core'
  import { auth, jwksVerifier } from './src/index.ts'
  const rules = { algorithms: ['RS256'], issuer: '${ISSUER}', audience: '${AUDIENCE}', requireExpiry: false }
  const verify = jwksVerifier({ ...rules, jwksUri: '${jwksUri}' })
  const graph = new Pipeline('guarded').withStage('who', ({ userId }) => ({ userId })).build({ interceptors: [auth({ verify })] })
  console.log((await graph.run({}, { token: '${text}' })).data.who.userId)
`

test('a process that has fetched a key set ends by itself, and prints no token with DEBUG=*', async () => {
  const server = await jwksServer(jwkOf(rsa, 'main'))
  try {
    const text = token({ header: { kid: 'main' }, claims: goodClaims({ iat: undefined, exp: undefined }) })
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script(server.uri, text)], {
      cwd: dirname(dirname(fileURLToPath(import.meta.url))),
      env: { ...process.env, DEBUG: '*', NODE_DEBUG: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The server keeps connections open for a minute. If one held the process, this limit would end it without an exit code.
      timeout: 50_000,
    })
    const printed: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (data) => (printed[stream] += String(data)))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, printed: printed.stdout }, printed.stderr).toEqual({ code: 0, printed: 'ada\n' })
    for (const part of [text, ...text.split('.')]) expect(printed.stderr).not.toContain(part)
    expect(server.requests).toBe(1)
  } finally {
    await server.close()
  }
}, 120_000)
