import type { Interceptor } from '@stageflow/core'

export type Hooks = Pick<Interceptor, 'wrap' | 'onCall' | 'wrapRun' | 'onRun' | 'settled' | 'admit'>

const MEMBERS = [
  'name',
  'core',
  'aroundMaps',
  'stageOptions',
  'runOptions',
  'mustBeInside',
  'mustBeOutside',
  'wrap',
  'onCall',
  'wrapRun',
  'onRun',
  'settled',
  'replayed',
  'admit',
] as const

/** Replaces the hooks that the interceptor has. Its members may be inherited. A hook that isn't a function stays, so that the engine refuses it. */
export function withHooks(interceptor: Interceptor, hooks: Hooks): Interceptor {
  const members = MEMBERS.map((name) => {
    const own: unknown = interceptor[name]
    const given = hooks[name as keyof Hooks]
    return [name, typeof own === 'function' ? (given ?? own.bind(interceptor)) : own] as const
  })
  return Object.fromEntries(members.filter(([, member]) => member !== undefined)) as unknown as Interceptor
}
