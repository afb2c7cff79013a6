/** The secret in every shape. Long enough to be a token, and no part of any other word. */
export const SECRET = 'Zq7SecretWordZq7x'

/** A form in which a secret occurs in a value or a string. */
export interface Shape {
  readonly name: string
  readonly given: unknown
  /** Why the redactor doesn't find it. Missing: it is held. */
  readonly leaks?: string
}

const text = (name: string, given: string): Shape => ({ name, given })
const value = (name: string, given: unknown): Shape => ({ name, given })
const leak = (name: string, given: unknown, leaks: string): Shape => ({ name, given, leaks })

/** Names whose values are secret. */
const NAMES = [
  ...['password', 'userPassword', 'PASSWD', 'passphrase', 'passcode', 'pwd', 'userPwd', 'pass', 'db_pass', 'user_pass'],
  ...['token', 'token1', 'access_token', 'refresh_token_1', 'idToken', 'csrfToken', 'tokens', 'authTokenHeader'],
  ...['authorization', 'Proxy-Authorization', 'auth', 'x-auth', 'authHeader', 'bearer', 'jwt', 'cookie', 'set-cookie'],
  ...['apiKey', 'x-api-key', 'APIKey', 'accessKey', 'privateKey', 'signingKey', 'encryptionKey', 'accountKey'],
  ...['Ocp-Apim-Subscription-Key', 'masterKey', 'sessionKey', 'secret', 'clientSecret', 'credentials', 'hmac', 'csrf'],
  ...['connectionString', 'dsn', 'otp', 'pin', 'cvv', 'cvc', 'signature', 'sig', 'mnemonic', 'seedPhrase'],
  ...['recoveryCodes', 'backup_code'],
]

const JOSE = 'eyJhbGciOiJIUzI1NiJ9'
const ABOUT_PEOPLE = "it is data about a person, not a credential: name it with the option 'keys'"
const ORDINARY = 'the name is used for ordinary values far more often'

export const SHAPES: readonly Shape[] = [
  ...NAMES.map((key) => value(`the key ${key}`, { deep: [{ [key]: SECRET }] })),

  // Headers
  text('Authorization: Bearer', `Authorization: Bearer ${SECRET}`),
  text('Authorization: Basic', `authorization: Basic ${SECRET}==`),
  text('Authorization: Token', `Authorization: Token ${SECRET}`),
  text('Authorization: ApiKey', `authorization: ApiKey ${SECRET}`),
  text('Authorization: Negotiate', `Authorization: Negotiate ${SECRET}`),
  text('Authorization: Digest', `Authorization: Digest username="bob", realm="x", response="${SECRET}"`),
  text(
    'Authorization: AWS4',
    `Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/x, SignedHeaders=host, Signature=${SECRET}`,
  ),
  text('Authorization without a scheme', `Authorization: ${SECRET}`),
  text('Proxy-Authorization', `Proxy-Authorization: Custom a ${SECRET}`),
  text('Cookie', `Cookie: theme=dark; sid=${SECRET}`),
  text('Set-Cookie', `set-cookie: sid=${SECRET}; Path=/; HttpOnly`),
  text('headers of several lines', `GET / HTTP/1.1\r\nHost: x\r\nCookie: a=1; b=${SECRET}\r\nAccept: */*`),
  text('headers in a JSON string', JSON.stringify({ raw: `Host: x\r\nCookie: a=1; b=${SECRET}` })),
  text('a header on a command line', `curl -H 'Authorization: Token ${SECRET}' https://example.org`),
  text('a header in the output of console.log', `{ authorization: 'Token ${SECRET}', host: 'x' }`),
  text('headers with lists in JSON', `{"authorization":["Token ${SECRET}"],"host":"x"}`),
  text('X-Api-Key', `X-Api-Key: ${SECRET}`),
  value('a list of pairs', { headers: [['authorization', `Token ${SECRET}`]] }),
  value('a list of pairs at the top', [['x-api-key', SECRET]]),
  value('objects with name and value', [{ name: 'Authorization', value: `Token ${SECRET}` }]),
  value('objects with key and value', { env: [{ key: 'DB_PASSWORD', value: SECRET }] }),
  value('rawHeaders of Node', { rawHeaders: ['Host', 'x', 'Authorization', `Token ${SECRET}`] }),
  value('rawHeaders at the top', ['Host', 'x', 'Cookie', `sid=${SECRET}`]),
  value('Headers', new Headers({ authorization: `Token ${SECRET}`, host: 'x' })),
  value('URLSearchParams', new URLSearchParams({ access_token: SECRET, code: SECRET })),
  value('FormData', formOf({ password: SECRET, name: 'bob' })),
  value('a Map', new Map([['password', SECRET]])),

  // Assignments
  text('a form', `grant_type=password&password=${SECRET}&user=bob`),
  text('JSON', `answer: {"api_key":"${SECRET}","x":1}`),
  text('JSON in JSON', JSON.stringify({ body: JSON.stringify({ password: SECRET }) })),
  text('an object in JSON', `{"secret":{"inner":"${SECRET}"}}`),
  text('a connection string', `Server=db;Uid=bob;Pwd=${SECRET};`),
  text('an Azure connection string', `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${SECRET}==`),
  text('YAML', `db:\n  password: ${SECRET}\n  host: x`),
  text('a property', `spring.datasource.password=${SECRET}`),
  text('an environment variable', `export DB_PASS=${SECRET}`),
  text('private_key=', `private_key=${SECRET}`),
  text('credentials=', `credentials=${SECRET}`),
  text('a Ruby hash', `{"password"=>"${SECRET}"}`),
  text('an arrow', `password => ${SECRET}`),
  text('Go', `password := "${SECRET}"`),
  text('a comparison', `password == "${SECRET}"`),
  text('percent-encoded', `token%3D${SECRET}%26page%3D2`),
  text('percent-encoded twice', `password%253D${SECRET}`),
  text('percent-encoded JSON', `%7B%22pin%22%3A%22${SECRET}%22%7D`),
  text('XML', `<user><password>${SECRET}</password></user>`),
  text('XML with attributes', `<wsse:Password Type="text">${SECRET}</wsse:Password>`),
  text('XML with CDATA', `<api_key><![CDATA[${SECRET}]]></api_key>`),
  text('--password', `mysql --password ${SECRET} -h db`),
  text('--password in parts of a shell', `mysql --password 'a b'${SECRET} -h db`),
  text('--token=', `gh --token=${SECRET} repo list`),
  text('-u of curl', `curl -u bob:${SECRET} https://example.org`),
  text('--user of curl', `curl --user "bob:${SECRET}" https://example.org`),
  value('a list of arguments', { argv: ['mysql', '--password', SECRET, '-h', 'db'] }),
  value('-u in a list of arguments', { argv: ['curl', '-u', `bob:${SECRET}`] }),

  // URLs
  text('a password in a URL', `connect ECONNREFUSED postgres://bob:${SECRET}@db:5432/shop`),
  text('a password with a slash', `postgres://bob:pa/${SECRET}@db:5432/shop`),
  text('a token instead of the user', `https://${SECRET}@github.com/a/b.git`),
  text('?access_token=', `GET /x?access_token=${SECRET}&page=2`),
  text('?key=', `https://maps.example.org/x?key=${SECRET}`),
  text('&code=', `https://app.example.org/callback?state=1&code=${SECRET}`),
  text('?sig=', `https://a.blob.example.net/c/b?sv=1&sig=${SECRET}`),
  text('X-Amz-Signature=', `https://b.example.org/k?X-Amz-Date=1&X-Amz-Signature=${SECRET}`),
  text('a Slack webhook', `https://hooks.slack.com/services/T000/B000/${SECRET}`),
  text('a Discord webhook', `https://discord.com/api/webhooks/123456789/${SECRET}`),
  text('a Telegram bot', `https://api.telegram.org/bot12345678:${SECRET}/getMe`),

  // Tokens
  text('a bearer token', `401 for Bearer ${SECRET}`),
  text('a JWT', `refused ${JOSE}.${JOSE}.${SECRET}`),
  text('an encrypted JWT', `refused ${JOSE}..iv.${SECRET}.tag`),
  ...[
    ...['sk-', 'sk-proj-', 'sk-ant-', 'pk_live_', 'rk_live_', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    ...['glpat-', 'xoxb-', 'xapp-', 'hf_', 'npm_', 'pypi-', 'whsec_', 'shpat_', 'dop_v1_', 'gsk_', 'xai-', 'nvapi-'],
    ...['pplx-', 'tvly-', 'GOCSPX-', 'SG.abcdefghij.', 'ya29.', 'hvs.'],
  ].map((prefix) => text(`a token that begins with ${prefix}`, `key ${prefix}${SECRET}00 is not known`)),
  text('an AWS key id', `AKIA${SECRET.toUpperCase()} is not known`),
  text('a Google API key', `AIza${SECRET}000000 is not known`),
  text('a PEM key', `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`),
  text('a PGP key', `-----BEGIN PGP PRIVATE KEY BLOCK-----\n${SECRET}\n-----END PGP PRIVATE KEY BLOCK-----`),
  value('an error', new Error('down', { cause: new Error(`password=${SECRET}`) })),
  value('several errors', new AggregateError([new Error('a'), new Error(`password=${SECRET}`)], 'down')),

  // Not held, each for a reason
  leak('prose', `the password is ${SECRET}`, 'no pattern tells a secret from a word of a sentence'),
  leak('a password of several words', `password: correct horse ${SECRET}`, 'its end is not known'),
  leak('a password with a comma', `password=abc,${SECRET}`, 'a comma ends values in most formats'),
  leak('letters that look alike', `pаssword=${SECRET}`, 'the a is Cyrillic: such names are made to get through'),
  leak('a name in another language', `contraseña=${SECRET}`, "name it with the option 'keys'"),
  leak('-p of mysql', `mysql -p${SECRET}`, 'a letter means something else to every program'),
  leak('a secret by itself', SECRET, 'it has no form and no name'),
  leak('base64 of an assignment', btoa(`password=${SECRET}`), 'nothing is decoded but percent signs'),
  leak('an input field of HTML', `<input name="password" value="${SECRET}">`, 'the name is a value too'),
  leak('the key session', { session: SECRET }, ORDINARY),
  leak('the key sid', { sid: SECRET }, ORDINARY),
  leak('the key salt', { salt: SECRET }, 'a salt is not a secret'),
  leak('the key seed', { seed: SECRET }, ORDINARY),
  leak(
    'the key databaseUrl without a URL',
    { databaseUrl: SECRET },
    'it is not the name that is secret, but a password in a URL',
  ),
  leak('the key key', { key: SECRET }, ORDINARY),
  leak('the key ssn', { ssn: SECRET }, ABOUT_PEOPLE),
  leak('the key cardNumber', { cardNumber: SECRET }, ABOUT_PEOPLE),
]

/** What looks like a secret at first sight, and stays as it is. */
export const KEPT: readonly unknown[] = [
  'Stage "tokenize" took 5 tokens: fine',
  'https://example.org/a:b@c',
  'http://localhost:3000/x@y',
  'GET https://example.org:8443/users?page=2&sort=name took 12 ms',
  'git clone ssh://git@github.com/a/b.git',
  'keyJsonParser.parse threw',
  'ECONNREFUSED 127.0.0.1:5432',
  'at check (/app/src/password.ts:12:5)\n    at file:///app/auth/cookie.js:3:14',
  'tests pass: 5, fail: 0',
  'signature: (a: number) => string',
  'max_tokens=100, {"total_tokens": 7}',
  'npx tsc --watch src --out dist',
  '<b>bold</b> text <i>here</i>',
  'a => b, x == y, z := 1',
  {
    idempotencyKey: 'a-1',
    publicKey: 'b',
    primaryKey: 'c',
    cacheKey: 'd',
    tokenizer: 'e',
    tokenCount: 7,
    keyboard: 'f',
  },
  {
    author: 'bob',
    authored: 'x',
    passenger: 'y',
    compass: 'z',
    bypass: 'a',
    monkey: 'b',
    pinned: 'c',
    spin: 'd',
    auth0: 'e',
  },
  {
    requiresAuth: true,
    firstPass: 1,
    inputTokens: 12,
    maxTokens: 5,
    sessionId: 's1',
    requestId: 'r1',
    code: 'ECONNRESET',
  },
  { fields: ['password', 'email'], name: 'password', args: ['--verbose', 'src'] },
]

function formOf(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData()
  for (const [name, field] of Object.entries(fields)) form.set(name, field)
  return form
}
