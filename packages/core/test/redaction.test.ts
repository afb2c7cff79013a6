import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StageflowError } from '../src/index.ts'
import { REDACTED, createRedactor } from '../src/redaction.ts'
import type { RedactionOptions } from '../src/redaction.ts'

const redactor = createRedactor()

test.each([
  'password',
  'userPassword',
  'PASSWD',
  'pass',
  'pwd',
  'pin',
  'token',
  'access_token',
  'refreshToken',
  'id-token',
  'tokens',
  'authorization',
  'Proxy-Authorization',
  'api_key',
  'apiKey',
  'x-api-key',
  'secret',
  'clientSecret',
  'secrets',
  'cookie',
  'set-cookie',
  'privateKey',
  'aws_secret_access_key',
  'credentials',
  'connectionString',
  'jwt',
])('any value under the key %j is secret', (key) => {
  for (const value of ['hunter2', 'x', ['a'], { a: { b: 'c' } }, true])
    expect(redactor.value({ deep: [{ [key]: value }] })).toEqual({ deep: [{ [key]: REDACTED }] })
  expect(redactor.value({ [key]: undefined, other: null })).toEqual({ [key]: undefined, other: null })
})

test("a password that is a number is secret, and a count of tokens isn't", () => {
  expect(
    redactor.value({ password: 1234, token: 99, inputTokens: 12, max_tokens: 5, tokens: 7, tokenCount: 3 }),
  ).toEqual({
    password: REDACTED,
    token: REDACTED,
    inputTokens: 12,
    max_tokens: 5,
    tokens: 7,
    tokenCount: 3,
  })
})

test.each(['stage', 'tokenizer', 'authored', 'monkey', 'keyboard', 'passenger', 'idempotencyKey', 'compass'])(
  "a value under the key %j isn't secret",
  (key) => expect(redactor.value({ [key]: 'kept' })).toEqual({ [key]: 'kept' }),
)

test('the option keys adds secret keys, as strings or patterns', () => {
  const { value } = createRedactor({ keys: ['ssn', /^card/i] })
  expect(value({ SSN: '1', s_s_n: '2', cardNumber: 3, discard: 4 })).toEqual({
    SSN: REDACTED,
    s_s_n: REDACTED,
    cardNumber: REDACTED,
    discard: 4,
  })
})

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
test.each([
  ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [redacted]'],
  ['sent Basic dXNlcjpwYXNz to it', 'sent Basic [redacted] to it'],
  [`refused ${JWT}!`, 'refused [redacted]!'],
  ['connect ECONNREFUSED postgres://bob:pa:ss@db:5432/x', 'connect ECONNREFUSED postgres://[redacted]@db:5432/x'],
  ['Incorrect API key provided: sk-proj-1234567890abcdef.', 'Incorrect API key provided: [redacted].'],
  ['AKIAIOSFODNN7EXAMPLE is not known', '[redacted] is not known'],
  ['password=hunter2&user=bob', 'password=[redacted]&user=bob'],
  ['{"api_key": "a b c", "x": 1}', '{"api_key": [redacted], "x": 1}'],
  ['client_secret : xyz, next', 'client_secret : [redacted], next'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end', '[redacted] end'],
  ['Stage "tokenize" took 5 tokens: fine', 'Stage "tokenize" took 5 tokens: fine'],
  ['https://example.org/a:b@c', 'https://example.org/a:b@c'],
])('the text %j becomes %j', (given, wanted) => {
  expect(redactor.text(given)).toBe(wanted)
  expect(redactor.value({ message: given })).toEqual({ message: wanted })
})

test('strings, lists, nesting and the total length are limited, and each cut is marked', () => {
  const { value, text } = createRedactor({ maxTextLength: 5, maxEntries: 2, maxDepth: 2, maxLength: 30 })
  expect(text('abcdefgh')).toBe('abcde… (8 characters)')
  expect(value([1, 2, 3, 4])).toEqual([1, 2, '… 2 more'])
  expect(value({ a: 1, b: 2, c: 3 })).toEqual({ a: 1, b: 2, '…': '1 more' })
  expect(value({ a: { b: { c: 1 }, d: [1] } })).toEqual({ a: { b: '[object]', d: '[array]' } })
  expect(
    JSON.stringify(createRedactor({ maxLength: 10 }).value({ a: 'x'.repeat(8), b: 'y'.repeat(8) })).length,
  ).toBeLessThan(60)
})

test.each([
  ['{"password":"a\\"b","x":1}', '{"password":[redacted],"x":1}'],
  ['body: "{\\"password\\":\\"hunter2\\",\\"x\\":1}"', 'body: "{\\"password\\":[redacted],\\"x\\":1}"'],
  ['postgres://bob:p@ss@db:5432/x', 'postgres://[redacted]@db:5432/x'],
  ['Server=db;Uid=bob;Pwd=hunter2;', 'Server=db;Uid=bob;Pwd=[redacted];'],
  ['{"authorization":"hunter2"}', '{"authorization":[redacted]}'],
  ['Authorization: hunter2', 'Authorization: [redacted]'],
  ['Authorization: Digest username="bob"', 'Authorization: Digest [redacted]'],
  [
    `-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,0\n\nMIIE+/=\n-----END RSA PRIVATE KEY-----!`,
    '[redacted]!',
  ],
  ['-----BEGIN PRIVATE KEY-----\nMII-E', '[redacted]'],
  [`id-${JWT}`, 'id-[redacted]'],
  ['keyJsonParser.parse threw', 'keyJsonParser.parse threw'],
])('a secret in another form, %j, becomes %j', (given, wanted) => expect(redactor.text(given)).toBe(wanted))

test("a list of tokens under one name is secret, and a count of them isn't", () => {
  expect(redactor.value({ refreshTokens: ['a'], deviceTokens: 'b', cacheReadInputTokens: 7 })).toEqual({
    refreshTokens: REDACTED,
    deviceTokens: REDACTED,
    cacheReadInputTokens: 7,
  })
})

test('a secret that the reading limit cuts in two is redacted', () => {
  const head = 'Bearer abcdefgh '.repeat(20)
  for (const length of [4_000, 4_080, 4_096, 4_300, 4_608]) {
    const url = 'x://bob:'
    const text = `secret="${'s'.repeat(length - head.length - url.length - 40)}" ${head}${url}${'hunter2'.repeat(30)}@host`
    expect(redactor.text(text), `${length}`).not.toContain('hunter2')
  }
  expect(redactor.text(`Bearer ${'s'.repeat(1e6)}`)).toBe('Bearer [redacted]… (1000007 characters)')
})

const LENGTH = 2 ** 18
const long = (text: string): string => text.repeat(Math.ceil(LENGTH / text.length))
const SLOW = [
  ...['a', ':', '://', '://a:', '://a:b@', 'Bearer ', 'Bearer a', 'eyJ', 'eyJaaaaa-', 'eyJaaaaa.aa.', 'a-', '-'],
  ...[
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN A ',
    'sk-',
    'password=',
    'password="',
    'password    ',
    '"',
    '\\',
    '\\"',
  ],
  ...['token:"\\a', '{"a":[', '@', 'A', ' '],
  ...[
    'Cookie: ',
    '"cookie:a',
    'cookie:\n',
    'password=>',
    'token:["',
    'token:{',
    'token:[redacted]',
    'token%3D',
    '%3D',
    '%25',
  ],
  ...[
    'token%3D%',
    '--password ',
    '--',
    '-u a:',
    '-u ',
    '<password>',
    '<password ',
    '<a>',
    '<',
    '?key=',
    '&key=a',
    'a=',
    '=',
  ],
  ...[
    'eyJaaaaa..',
    'SG.aaaaaaaa.',
    'SG.',
    'ya29.',
    'hooks.slack.com/services/',
    'discord.com/api/webhooks/1',
    "'pin':'\\'",
  ],
  ...['aA', 'A_', '_', 'token_', '://a@', '=>', 'a.'],
  ...[
    'password: |\n',
    ' password: |\n  ',
    'password:\n  a',
    'password: |\\n  ',
    'auth:\n- ',
    'password: &a ',
    'password= new ',
  ],
  ...[
    'password=Some(',
    'password=$(',
    'password={"',
    "password=b'",
    'password="""',
    'password=<<E\n',
    'password=<<E\nE\n',
  ],
  ...["password='a''", 'password="a" + ', "token:['", 'token:([{', '{\\"token\\":\\"', '""password"":""a', '""'],
  ...[
    'Authorization: a\n ',
    ' Authorization: a\n  ',
    'eyJaaaaaaaa\n',
    'eyJaaaaaaaa.\n',
    'token=aaaaaaaaaaaaaaa1\naaaaaaa1\n',
  ],
  ...[
    'sk-a',
    'sk-aaaaaaaa-',
    'fc-',
    're_',
    'dapi00000000',
    'SK00000000',
    'AAAAAAAAA',
    'MTaaaaaaaaaaaaaaaaaaaa.',
    'aaa8Q~',
  ],
  ...[
    '0123456789:AA',
    `${'a'.repeat(32)}.`,
    '1//0',
    'maker.ifttt.com/trigger/a/',
    'a b key: ',
    '**password**: ',
    'password? ',
  ],
  ...[
    '"name":"password",',
    'name="password"\r\n\r\n',
    '<key>password</key>',
    '<a name="password">',
    '<password><a>',
    "password '",
  ],
]
test.each(SLOW)(
  'redacting 262,144 characters of %j takes less than a second, also if all of them may be kept',
  (text) => {
    const all = createRedactor({ maxTextLength: LENGTH, maxLength: LENGTH })
    const cpu = process.threadCpuUsage()
    for (const given of [long(text), `secret="${long(text)}`]) all.text(given)
    all.value([long(text)])
    expect(process.threadCpuUsage(cpu).user / 1_000).toBeLessThan(1_000)
  },
)

test('a value of many long strings that become short takes little time', () => {
  const text = `secret="${'eyJaaaaa-'.repeat(500)}`
  const grid = (depth: number): unknown => (depth === 0 ? text : Array.from({ length: 50 }, () => grid(depth - 1)))
  const value = grid(3)
  const cpu = process.threadCpuUsage()
  redactor.value(value)
  expect(process.threadCpuUsage(cpu).user / 1_000).toBeLessThan(500)
})

test('a secret that begins before the cut of a long string is redacted', () => {
  expect(redactor.text(`${'x'.repeat(1_015)} Bearer ${'s'.repeat(200)}`)).not.toContain('sss')
  expect(redactor.text(`${'x '.repeat(10_000)}Bearer ${'s'.repeat(200)}`)).not.toContain('sss')
})

test("a value that isn't JSON becomes JSON, and one that cannot be read is marked", () => {
  class Money {
    readonly amount = 5
  }
  const cycle: Record<string, unknown> = { n: 1n }
  cycle['self'] = cycle
  const broken = Object.defineProperty({}, 'bad', { enumerable: true, get: () => { throw new Error('no') } }) // prettier-ignore
  expect(
    redactor.value({
      date: new Date(0),
      map: new Map<unknown, unknown>([['token', 'x'], [{}, 1]]), // prettier-ignore
      set: new Set([1]),
      bytes: new Uint8Array(3),
      buffer: new ArrayBuffer(2),
      money: new Money(),
      nan: NaN,
      f: () => 1,
      symbol: Symbol('s'),
      error: Object.assign(new TypeError('Bearer abcdefgh', { cause: 'token=abc' }), { code: 'X' }),
    }),
  ).toEqual({
    date: '1970-01-01T00:00:00.000Z',
    map: { token: REDACTED, '[object]': 1 },
    set: [1],
    bytes: '[Uint8Array of 3 bytes]',
    buffer: '[ArrayBuffer of 2 bytes]',
    money: { amount: 5 },
    nan: 'NaN',
    f: '[function]',
    symbol: '[symbol]',
    error: { type: 'TypeError', code: 'X', message: `Bearer ${REDACTED}`, cause: `token=${REDACTED}` },
  })
  expect(JSON.stringify(redactor.value(cycle))).toContain('[object]')
  expect(redactor.value(broken)).toBe('[cannot be read]')
})

const parsed = (text: string): unknown => JSON.parse(text) as unknown
test.each<[where: string, given: unknown, wanted: string]>([
  ['an object', parsed('{"__proto__":{"polluted":true}}'), '{"__proto__":{"polluted":true}}'],
  ['an inner object', parsed('{"a":[{"__proto__":{"polluted":true}}]}'), '{"a":[{"__proto__":{"polluted":true}}]}'],
  ['a map', new Map([['__proto__', { polluted: true }]]), '{"__proto__":{"polluted":true}}'],
  ['a copy with secrets', parsed('{"__proto__":{"password":"hunter2"}}'), '{"__proto__":{"password":"[redacted]"}}'],
])('a key named __proto__ in %s stays data and changes no prototype', (_, given, wanted) => {
  const copy = redactor.value(given) as { readonly polluted?: boolean }
  expect(JSON.stringify(copy)).toBe(wanted)
  expect(copy.polluted).toBeUndefined()
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  expect(({} as { readonly polluted?: boolean }).polluted).toBeUndefined()
})

test('for any value, the result is JSON, limited in length, and has no secret', () => {
  const secret = 'QqSecretqQ'
  const hidden = fc.oneof(
    fc.constantFrom('password', 'apiKey', 'Authorization', 'x-token').map((key) => ({ [key]: secret })),
    fc.constant(`Bearer ${secret}`),
    fc.constant(`https://bob:${secret}@host/`),
  )
  const given = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
  })
  fc.assert(
    fc.property(given, hidden, (value, inside) => {
      const text = JSON.stringify(redactor.value({ value, list: [inside] })) ?? ''
      expect(text).not.toContain(secret)
      expect(text.length).toBeLessThan(40_000)
    }),
  )
})

test.each([
  'password=[redacted]',
  '{"token":"abc","next":1}',
  'Authorization: Bearer [redacted], api_key=hunter2 x',
  'https://me:hunter2@host/?access_key=abc&b=1',
])("a redacted string doesn't change when it is redacted again: %s", (given) => {
  const { text } = createRedactor()
  const once = text(given)
  expect(once).not.toContain('hunter2')
  expect(text(once)).toBe(once)
})

test('the option keys counts in strings too', () => {
  const { text } = createRedactor({ keys: ['member no', /^card/i] })
  expect(text('memberNo=17, cardNumber: "4111" and order: 5')).toBe(
    'memberNo=[redacted], cardNumber: [redacted] and order: 5',
  )
})

test('redaction: false keeps the password of a command line too', () => {
  const { value } = createRedactor(false)
  expect(value(['curl', '-u', 'ada:hunter2', '--password', 'hunter2'])).toEqual([
    'curl',
    '-u',
    'ada:hunter2',
    '--password',
    'hunter2',
  ])
})

test('redaction: false keeps secrets and still bounds values', () => {
  const { value, text } = createRedactor(false)
  expect(value({ password: 'hunter2', list: [['token', 'x']] })).toEqual({
    password: 'hunter2',
    list: [['token', 'x']],
  })
  expect(text(`password=${'x'.repeat(2_000)}`)).toMatch(/^password=x+… \(2009 characters\)$/)
})

test('bounds that a package prefers apply if the user gives none', () => {
  expect(createRedactor({ keys: ['a'] }, { maxTextLength: 3 }).text('abcdef')).toBe('abc… (6 characters)')
  expect(createRedactor({ maxTextLength: 4 }, { maxTextLength: 3 }).text('abcdef')).toBe('abcd… (6 characters)')
  expect(createRedactor({ maxTextLength: undefined }, { maxTextLength: 3 }).text('abcdef')).toBe('abc… (6 characters)')
  expect(createRedactor(false, { maxTextLength: 3 }).text('abcdef')).toBe('abc… (6 characters)')
})

test.each<[options: unknown, problem: string]>([
  [{ key: ['ssn'] }, 'unknown option "key" (did you mean "keys"? known: keys, '],
  [{ keys: 'ssn' }, 'keys must be an array of strings and regular expressions, not "ssn"'],
  [{ keys: [7] }, 'keys must be an array of strings and regular expressions, not an array'],
  [{ maxEntries: 1.5 }, 'maxEntries must be a whole number from 1, not 1.5'],
  [{ maxTextLength: 0, maxDepth: NaN }, 'maxTextLength must be a whole number from 1, not 0; maxDepth must be'],
  [{ maxLength: Infinity }, 'maxLength must be a whole number from 1, not Infinity'],
  [null, 'redaction: the options must be an object, not null'],
  [true, 'redaction: the options must be an object, not true'],
  [['ssn'], 'redaction: the options must be an object, not an array'],
])('the options %j are refused (core/illegal-option)', (options, problem) => {
  let error: unknown
  try {
    createRedactor(options as RedactionOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'core/illegal-option')).toBe(true)
  expect((error as Error).message).toContain(problem)
})

test('web types are shown as their redacted entries, and files as their size', () => {
  const headers = new Headers([['set-cookie', 'a=1'], ['x-token', 'abc'], ['accept', 'a'], ['accept', 'b']]) // prettier-ignore
  const form = new FormData()
  form.append('name', 'bob')
  form.append('name', 'ada')
  form.append('photo', new File(['12345'], 'a.png'))
  expect(
    redactor.value({ headers, form, query: new URLSearchParams('page=2&key=abc'), blob: new Blob(['x']) }),
  ).toEqual({
    headers: { accept: 'a, b', 'set-cookie': REDACTED, 'x-token': REDACTED },
    form: { name: ['bob', 'ada'], photo: '[File of 5 bytes]' },
    query: { page: '2', key: REDACTED },
    blob: '[Blob of 1 bytes]',
  })
})

test.each([
  ["curl -H 'Authorization: Token abc' https://example.org", "curl -H 'Authorization: [redacted]' https://example.org"],
  ['Cookie: a=1; b=2\r\nAccept: */*', 'Cookie: [redacted]\r\nAccept: */*'],
  ["{ authorization: 'Token abc', host: 'x' }", "{ authorization: [redacted], host: 'x' }"],
  ['password => abc, next', 'password => [redacted], next'],
  ['token%3Dabc%26page%3D2', 'token%3D[redacted]%26page%3D2'],
  ['<password>abc</password>', '<password>[redacted]</password>'],
  ['mysql --password abc -h db', 'mysql --password [redacted] -h db'],
  ['curl -u bob:abc https://x', 'curl -u bob:[redacted] https://x'],
  ['/cb?code=123456&page=2', '/cb?code=[redacted]&page=2'],
  ['https://hooks.slack.com/services/T0/B0/abcdef', 'https://hooks.slack.com/services/[redacted]'],
  ['token: Bearer abc', 'token: Bearer [redacted]'],
  // The value goes on to the end of its block, its brackets, its string or its lines.
  ['password: |\n  abc\n\n  def\nhost: x', 'password: [redacted]\nhost: x'],
  ['db:\n  password: >-\n    abc\n  host: x', 'db:\n  password: [redacted]\n  host: x'],
  ['secrets:\n- abc\n- def\nhost: x', 'secrets:\n[redacted]\nhost: x'],
  ["{'password': b'abc', 'x': 1}", "{'password': [redacted], 'x': 1}"],
  ['password = """a "b" c"""\nx = 1', 'password = [redacted]\nx = 1'],
  ['Config { api_key: Some("abc"), port: 1 }', 'Config { api_key: [redacted], port: 1 }'],
  ['{"secret":{"a":{"b":"}"},"c":"abc"},"x":1}', '{"secret":[redacted],"x":1}'],
  ['{"tokens":[["abc"],["def"]],"x":1}', '{"tokens":[redacted],"x":1}'],
  ['password=$(echo abc) npm start', 'password=[redacted] npm start'],
  ['password=<<EOF\nabc\nEOF\nx=1', 'password=[redacted]\nx=1'],
  ["WHERE password='it''s abc' AND x=1", 'WHERE password=[redacted] AND x=1'],
  ['Authorization: Basic abc\n def\nHost: x', 'Authorization: Basic [redacted]\nHost: x'],
  ['  Authorization: Basic abc\n  Host: x', '  Authorization: Basic [redacted]\n  Host: x'],
  [`refused ${JWT.slice(0, 30)}\n${JWT.slice(30)}\nnext line`, 'refused [redacted]\nnext line'],
  ['1,"{""password"":""a b"",""x"":1}",y', '1,"{""password"":[redacted],""x"":1}",y'],
  ['the api key: abc, and x', 'the api key: [redacted], and x'],
  [
    '[{"Key":"DB_PASSWORD","Value":"abc"},{"Key":"HOST","Value":"x"}]',
    '[{"Key":"DB_PASSWORD","Value":[redacted]},{"Key":"HOST","Value":"x"}]',
  ],
  // What only looks as if it went on.
  ['Unexpected token:\n    at parse (/app/parse.ts:3:8)', 'Unexpected token:\n    at parse (/app/parse.ts:3:8)'],
  ["don't: password=abc, it's x", "don't: password=[redacted], it's x"],
  ['{"url":"/x?token=abc","y":"z"}', '{"url":"/x?token=[redacted]","y":"z"}'],
])('around the secret the text stays: %j becomes %j', (given, wanted) => {
  expect(redactor.text(given)).toBe(wanted)
  expect(redactor.text(wanted)).toBe(wanted)
})

test('a secret after a redaction mark is redacted', () => {
  expect(createRedactor().text('password=[redacted]hunter2')).not.toContain('hunter2')
})

const pieces = [
  'eyJ',
  'abcdefgh',
  '.',
  '-',
  '_',
  ' ',
  'sk',
  'GHP',
  'github',
  'pat',
  'xoxb',
  'AKIA',
  'AIza',
  'Bearer',
  '1234567890',
  'SG.',
  'ya29.',
  'hvs.',
  'whsec',
  'hooks.slack.com/services/',
]

test('a string that skips the patterns has no secret that the patterns would find', () => {
  const { text } = createRedactor()
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
      const given = parts.join('')
      // With a colon every text is looked at closely.
      expect(`: ${text(given)}`).toBe(text(`: ${given}`))
    }),
    // The shortest token there is.
    { numRuns: 2_000, examples: [[['eyJ', 'AIza', '_', '.', 'sk']]] },
  )
})
