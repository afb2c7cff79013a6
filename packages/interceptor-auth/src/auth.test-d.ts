import { Pipeline } from '@stageflow/core'
import { type Identity, IDENTITY, auth, jwksVerifier, jwtVerifier, orgEnforcement } from './index.ts'

const rules = { issuer: 'https://issuer.example', audience: 'chat' } as const
const jwksUri = 'https://issuer.example/jwks.json'

// @ts-expect-error there is no default
auth()
// @ts-expect-error there is no default
auth({})
// @ts-expect-error true is no claims
auth({ verify: () => true })
// @ts-expect-error nothing is no claims
auth({ verify: () => {} })
auth({ verify: async (token: string) => ({ sub: token }), orgId: false, roles: (claims) => claims['scope'] })

// @ts-expect-error the algorithms have to be listed
jwtVerifier({ ...rules, key: '' })
// @ts-expect-error none is no algorithm
jwtVerifier({ ...rules, algorithms: ['none'], key: '' })
// @ts-expect-error EdDSA is none of jsonwebtoken
jwtVerifier({ ...rules, algorithms: ['EdDSA'], key: '' })
// @ts-expect-error the audience has to be said
jwtVerifier({ algorithms: ['RS256'], key: '', issuer: false })
// @ts-expect-error the keys of a set are public
jwksVerifier({ ...rules, jwksUri, algorithms: ['HS256'] })
auth({ verify: jwksVerifier({ ...rules, jwksUri, algorithms: ['RS256'] }) })

// @ts-expect-error an organisation is a text
orgEnforcement({ resourceOrgId: () => 7 })

const graph = new Pipeline('demo')
  .withStage('a', (context) => ({ identity: context.get(IDENTITY) }), { authorize: { roles: ['admin'] } })
  .withStage('b', () => ({}), { authorize: false })
  // @ts-expect-error roles are a list
  .withStage('c', () => ({}), { authorize: { roles: 'admin' } })
  .build({ interceptors: [] })
// @ts-expect-error a token is a text
void graph.run({}, { token: 7 })
void graph.run({}, { token: undefined, client: { ipAddress: undefined } })
export const identity = async (): Promise<Identity | undefined> => (await graph.run({}, { token: '' })).data.a?.identity
