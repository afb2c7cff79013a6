import { expect, test } from 'vitest'

import { flagsOf, readWords } from './place.ts'

const read = (words: string[], flags = {}, env = {}) => readWords('show', words, ['ID'], flags, env)

test('the first word is the path of the journal, and the others follow', () => {
  expect(read(['orders.db', 'order-7'])).toEqual({ place: { kind: 'file', path: 'orders.db' }, rest: ['order-7'] })
})

test('--url-env takes the place of the path', () => {
  const { place, rest } = read(['order-7'], { urlEnv: 'DB', schema: 'shop' }, { DB: 'postgres://ada:pw@host/shop' })
  expect(place).toEqual({ kind: 'postgres', variable: 'DB', url: 'postgres://ada:pw@host/shop', schema: 'shop' })
  expect(rest).toEqual(['order-7'])
  expect(place.kind === 'postgres' && flagsOf(place)).toBe('--url-env DB --schema shop')
})

test.each<[what: string, words: string[], flags: object, message: string | RegExp]>([
  ['no word', [], {}, 'show needs FILE and ID: stageflow show orders.db order-7'],
  ['a missing word', ['orders.db'], {}, 'show needs ID: stageflow show orders.db order-7'],
  ['a missing word after --url-env', [], { urlEnv: 'PATH' }, 'show needs ID: stageflow show --url-env PATH order-7'],
  [
    'a word too many',
    ['orders.db', 'order', '7'],
    {},
    'show was given 3 words, and takes 2 (FILE, ID). Put quotes around one that has spaces: stageflow show orders.db order-7',
  ],
  ['--schema of a file', ['orders.db', 'order-7'], { schema: 'shop' }, '--schema is for PostgreSQL'],
  ['a word beside --url-env', ['order-7', 'again'], { urlEnv: 'PATH' }, 'show was given 2 words, and takes 1 (ID).'],
  [
    'a variable without a URL',
    ['order-7'],
    { urlEnv: 'PATH' },
    /^The environment variable PATH is not the URL of a PostgreSQL database(?!.*hunter2)/,
  ],
  ['an unset variable', ['order-7'], { urlEnv: 'UNSET' }, 'The environment variable UNSET is not set.'],
])('%s is refused with what to type', (_what, words, flags, message) => {
  expect(() => read(words, flags, { PATH: 'hunter2' })).toThrow(message)
})

test.each<[what: string, words: string[], flags: object]>([
  ['the place of FILE', ['postgres://ada:hunter2@host/shop', 'order-7'], {}],
  ['the place of the variable', ['order-7'], { urlEnv: 'postgres://ada:hunter2@host/shop' }],
])('a URL in %s is refused, and not shown', (_what, words, flags) => {
  expect(() => read(words, flags)).toThrow(/^A URL is among the arguments(?!.*hunter2).*--url-env DATABASE_URL\.$/)
})

test('a path beside --url-env is refused for a command that takes no other word', () => {
  expect(() => readWords('runs', ['orders.db'], [], { urlEnv: 'DB' }, {})).toThrow(
    'runs takes no word beside --url-env, which is in the place of FILE: stageflow runs --url-env DB',
  )
})
