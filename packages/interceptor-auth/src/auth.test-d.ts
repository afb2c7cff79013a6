import { Pipeline } from '@stageflow/core'
import { type Identity, IDENTITY, auth, jwksVerifier, jwtVerifier, orgEnforcement } from './index.ts'

const rules = { issuer: 'https://issuer.example', audience: 'chat' } as const
const jwksUri = 'https://issuer.example/jwks.json'

// @ts-expect-error there is no default
auth()
// @ts-expect-error there is no default
auth({})
// @ts-expect-error true is not an object of claims
auth({ verify: () => true })
// @ts-expect-error verify must return claims
auth({ verify: () => {} })
auth({ verify: async (token: string) => ({ sub: token }), orgId: false, roles: (claims) => claims['scope'] })

// @ts-expect-error algorithms is missing
jwtVerifier({ ...rules, key: '' })
// @ts-expect-error none is not an algorithm
jwtVerifier({ ...rules, algorithms: ['none'], key: '' })
jwtVerifier({ ...rules, algorithms: ['EdDSA'], key: '' })
// @ts-expect-error audience is missing
jwtVerifier({ algorithms: ['RS256'], key: '', issuer: false })
// @ts-expect-error the keys of a set are public
jwksVerifier({ ...rules, jwksUri, algorithms: ['HS256'] })
auth({ verify: jwksVerifier({ ...rules, jwksUri, algorithms: ['RS256'] }) })

// @ts-expect-error an organization is a string
orgEnforcement({ resourceOrgId: () => 7 })

const graph = new Pipeline('demo')
  .withStage('a', (context) => ({ identity: context.get(IDENTITY) }), { authorize: { roles: ['admin'] } })
  .withStage('b', () => ({}), { authorize: false })
  // @ts-expect-error roles is an array
  .withStage('c', () => ({}), { authorize: { roles: 'admin' } })
  .build({ interceptors: [] })
// @ts-expect-error a token is a string
void graph.run({}, { token: 7 })
void graph.run({}, { token: undefined, client: { ipAddress: undefined } })
export const identity = async (): Promise<Identity | undefined> => (await graph.run({}, { token: '' })).data.a?.identity
