import type { Interceptor } from '@stageflow/core'

export type Hooks = Pick<Interceptor, 'wrap' | 'onCall' | 'wrapRun' | 'onRun' | 'settled'>

const MEMBERS = [
  'name',
  'stageOptions',
  'runOptions',
  'mustBeInside',
  'mustBeOutside',
  'wrap',
  'onCall',
  'wrapRun',
  'onRun',
  'settled',
] as const

/** The interceptor, with these hooks in the place of those that it has. Members may be inherited, and what is no function is for the engine to refuse. */
export function withHooks(interceptor: Interceptor, hooks: Hooks): Interceptor {
  const members = MEMBERS.map((name) => {
    const own: unknown = interceptor[name]
    const given = hooks[name as keyof Hooks]
    return [name, typeof own === 'function' ? (given ?? own.bind(interceptor)) : own] as const
  })
  return Object.fromEntries(members.filter(([, member]) => member !== undefined)) as unknown as Interceptor
}
