import { StageflowError } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'

/** Stands for the directory of a company. Mia may do what she likes with her own orders, and Ann may approve those of others. */
const PEOPLE: Readonly<Record<string, { readonly roles: readonly string[] }>> = {
  mia: { roles: [] },
  ann: { roles: ['approver'] },
  eve: { roles: [] },
}

export const NAMES: readonly string[] = Object.keys(PEOPLE)

/** Stands for a signed token. A real app takes one from its caller, and checks it with `jwtVerifier`. */
export const tokenOf = (name: string): string => `token of ${name}`

export const checkPeople = auth({
  orgId: false, // the people of one company, whose tokens name no organization
  verify: (token) => {
    const name = NAMES.find((each) => tokenOf(each) === token)
    if (name === undefined)
      throw new StageflowError('order/unknown-person', 'No person of the directory has this token.')
    return { sub: name, ...PEOPLE[name] }
  },
})
