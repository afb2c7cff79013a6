import { SECRET } from './form.ts'
import type { Form } from './form.ts'

const form = (group: string, name: string, given: unknown): Form => ({
  group,
  name,
  given,
  secrets: [SECRET, SECRET.toUpperCase()],
})

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

function excluded(name: string, given: unknown, reason: string): Form {
  // An encoded secret stays if its text does.
  const isEncoded = typeof given === 'string' && !given.includes(SECRET)
  return { ...form('Other', name, given), ...(isEncoded ? { secrets: [given] } : undefined), excluded: reason }
}

/** The forms that were known before the others. All of them were seen while the redactor was changed. */
export const FIRST: readonly Form[] = [
  ...NAMES.map((key) => form('Names of fields', `the key ${key}`, { deep: [{ [key]: SECRET }] })),

  form('Headers', 'Authorization: Bearer', `Authorization: Bearer ${SECRET}`),
  form('Headers', 'Authorization: Basic', `authorization: Basic ${SECRET}==`),
  form('Headers', 'Authorization: Token', `Authorization: Token ${SECRET}`),
  form('Headers', 'Authorization: ApiKey', `authorization: ApiKey ${SECRET}`),
  form('Headers', 'Authorization: Negotiate', `Authorization: Negotiate ${SECRET}`),
  form('Headers', 'Authorization: Digest', `Authorization: Digest username="bob", realm="x", response="${SECRET}"`),
  form(
    'Headers',
    'Authorization: AWS4',
    `Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/x, SignedHeaders=host, Signature=${SECRET}`,
  ),
  form('Headers', 'Authorization without a scheme', `Authorization: ${SECRET}`),
  form('Headers', 'Proxy-Authorization', `Proxy-Authorization: Custom a ${SECRET}`),
  form('Headers', 'Cookie', `Cookie: theme=dark; sid=${SECRET}`),
  form('Headers', 'Set-Cookie', `set-cookie: sid=${SECRET}; Path=/; HttpOnly`),
  form('Headers', 'headers of several lines', `GET / HTTP/1.1\r\nHost: x\r\nCookie: a=1; b=${SECRET}\r\nAccept: */*`),
  form('Headers', 'headers in a JSON string', JSON.stringify({ raw: `Host: x\r\nCookie: a=1; b=${SECRET}` })),
  form('Headers', 'a header on a command line', `curl -H 'Authorization: Token ${SECRET}' https://example.org`),
  form('Headers', 'a header in the output of console.log', `{ authorization: 'Token ${SECRET}', host: 'x' }`),
  form('Headers', 'headers with lists in JSON', `{"authorization":["Token ${SECRET}"],"host":"x"}`),
  form('Headers', 'X-Api-Key', `X-Api-Key: ${SECRET}`),
  form('Headers', 'a list of pairs', { headers: [['authorization', `Token ${SECRET}`]] }),
  form('Headers', 'a list of pairs at the top', [['x-api-key', SECRET]]),
  form('Headers', 'objects with name and value', [{ name: 'Authorization', value: `Token ${SECRET}` }]),
  form('Headers', 'objects with key and value', { env: [{ key: 'DB_PASSWORD', value: SECRET }] }),
  form('Headers', 'rawHeaders of Node', { rawHeaders: ['Host', 'x', 'Authorization', `Token ${SECRET}`] }),
  form('Headers', 'rawHeaders at the top', ['Host', 'x', 'Cookie', `sid=${SECRET}`]),
  form('Headers', 'Headers', new Headers({ authorization: `Token ${SECRET}`, host: 'x' })),
  form('Headers', 'URLSearchParams', new URLSearchParams({ access_token: SECRET, code: SECRET })),
  form('Headers', 'FormData', formOf({ password: SECRET, name: 'bob' })),
  form('Headers', 'a Map', new Map([['password', SECRET]])),

  form('Names in text', 'a form', `grant_type=password&password=${SECRET}&user=bob`),
  form('JSON in text', 'JSON', `answer: {"api_key":"${SECRET}","x":1}`),
  form('JSON in text', 'JSON in JSON', JSON.stringify({ body: JSON.stringify({ password: SECRET }) })),
  form('JSON in text', 'an object in JSON', `{"secret":{"inner":"${SECRET}"}}`),
  form('Names in text', 'a connection string', `Server=db;Uid=bob;Pwd=${SECRET};`),
  form(
    'Names in text',
    'an Azure connection string',
    `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${SECRET}==`,
  ),
  form('Configuration', 'YAML', `db:\n  password: ${SECRET}\n  host: x`),
  form('Configuration', 'a property', `spring.datasource.password=${SECRET}`),
  form('Configuration', 'an environment variable', `export DB_PASS=${SECRET}`),
  form('Names in text', 'private_key=', `private_key=${SECRET}`),
  form('Names in text', 'credentials=', `credentials=${SECRET}`),
  form('Names in text', 'a Ruby hash', `{"password"=>"${SECRET}"}`),
  form('Names in text', 'an arrow', `password => ${SECRET}`),
  form('Names in text', 'Go', `password := "${SECRET}"`),
  form('Names in text', 'a comparison', `password == "${SECRET}"`),
  form('Names in text', 'percent-encoded', `token%3D${SECRET}%26page%3D2`),
  form('Names in text', 'percent-encoded twice', `password%253D${SECRET}`),
  form('Names in text', 'percent-encoded JSON', `%7B%22pin%22%3A%22${SECRET}%22%7D`),
  form('Configuration', 'XML', `<user><password>${SECRET}</password></user>`),
  form('Configuration', 'XML with attributes', `<wsse:Password Type="text">${SECRET}</wsse:Password>`),
  form('Configuration', 'XML with CDATA', `<api_key><![CDATA[${SECRET}]]></api_key>`),
  form('Commands and SQL', '--password', `mysql --password ${SECRET} -h db`),
  form('Commands and SQL', '--password in parts of a shell', `mysql --password 'a b'${SECRET} -h db`),
  form('Commands and SQL', '--token=', `gh --token=${SECRET} repo list`),
  form('Commands and SQL', '-u of curl', `curl -u bob:${SECRET} https://example.org`),
  form('Commands and SQL', '--user of curl', `curl --user "bob:${SECRET}" https://example.org`),
  form('Commands and SQL', 'a list of arguments', { argv: ['mysql', '--password', SECRET, '-h', 'db'] }),
  form('Commands and SQL', '-u in a list of arguments', { argv: ['curl', '-u', `bob:${SECRET}`] }),

  form(
    'URLs and connection strings',
    'a password in a URL',
    `connect ECONNREFUSED postgres://bob:${SECRET}@db:5432/shop`,
  ),
  form('URLs and connection strings', 'a password with a slash', `postgres://bob:pa/${SECRET}@db:5432/shop`),
  form('URLs and connection strings', 'a token instead of the user', `https://${SECRET}@github.com/a/b.git`),
  form('URLs and connection strings', '?access_token=', `GET /x?access_token=${SECRET}&page=2`),
  form('URLs and connection strings', '?key=', `https://maps.example.org/x?key=${SECRET}`),
  form('URLs and connection strings', '&code=', `https://app.example.org/callback?state=1&code=${SECRET}`),
  form('URLs and connection strings', '?sig=', `https://a.blob.example.net/c/b?sv=1&sig=${SECRET}`),
  form(
    'URLs and connection strings',
    'X-Amz-Signature=',
    `https://b.example.org/k?X-Amz-Date=1&X-Amz-Signature=${SECRET}`,
  ),
  form('URLs and connection strings', 'a Slack webhook', `https://hooks.slack.com/services/T000/B000/${SECRET}`),
  form('URLs and connection strings', 'a Discord webhook', `https://discord.com/api/webhooks/123456789/${SECRET}`),
  form('URLs and connection strings', 'a Telegram bot', `https://api.telegram.org/bot12345678:${SECRET}/getMe`),

  form('Tokens of other services', 'a bearer token', `401 for Bearer ${SECRET}`),
  form('Tokens of other services', 'a JWT', `refused ${JOSE}.${JOSE}.${SECRET}`),
  form('Tokens of other services', 'an encrypted JWT', `refused ${JOSE}..iv.${SECRET}.tag`),
  ...[
    ...['sk-', 'sk-proj-', 'sk-ant-', 'pk_live_', 'rk_live_', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    ...['glpat-', 'xoxb-', 'xapp-', 'hf_', 'npm_', 'pypi-', 'whsec_', 'shpat_', 'dop_v1_', 'gsk_', 'xai-', 'nvapi-'],
    ...['pplx-', 'tvly-', 'GOCSPX-', 'SG.abcdefghij.', 'ya29.', 'hvs.'],
  ].map((prefix) =>
    form('Tokens of other services', `a token that begins with ${prefix}`, `key ${prefix}${SECRET}00 is not known`),
  ),
  form('Tokens of other services', 'an AWS key id', `AKIA${SECRET.toUpperCase()} is not known`),
  form('Tokens of other services', 'a Google API key', `AIza${SECRET}000000 is not known`),
  form(
    'Tokens of other services',
    'a PEM key',
    `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`,
  ),
  form(
    'Tokens of other services',
    'a PGP key',
    `-----BEGIN PGP PRIVATE KEY BLOCK-----\n${SECRET}\n-----END PGP PRIVATE KEY BLOCK-----`,
  ),
  form('Tokens of other services', 'an error', new Error('down', { cause: new Error(`password=${SECRET}`) })),
  form(
    'Tokens of other services',
    'several errors',
    new AggregateError([new Error('a'), new Error(`password=${SECRET}`)], 'down'),
  ),

  form('Pairs of name and value', 'an input field of HTML', `<input name="password" value="${SECRET}">`),
  excluded('prose', `the password is ${SECRET}`, 'no pattern tells a secret from a word of a sentence'),
  excluded('a password of several words', `password: correct horse ${SECRET}`, 'its end is not known'),
  excluded('a password with a comma', `password=abc,${SECRET}`, 'a comma ends values in most formats'),
  excluded('letters that look alike', `pаssword=${SECRET}`, 'the a is Cyrillic: such names are made to get through'),
  excluded('a name in another language', `contraseña=${SECRET}`, "name it with the option 'keys'"),
  excluded('-p of mysql', `mysql -p${SECRET}`, 'a letter means something else to every program'),
  excluded('a secret by itself', SECRET, 'it has no form and no name'),
  excluded('base64 of an assignment', btoa(`password=${SECRET}`), 'nothing is decoded but percent signs'),
  excluded('the key session', { session: SECRET }, ORDINARY),
  excluded('the key sid', { sid: SECRET }, ORDINARY),
  excluded('the key salt', { salt: SECRET }, 'a salt is not a secret'),
  excluded('the key seed', { seed: SECRET }, ORDINARY),
  excluded(
    'the key databaseUrl without a URL',
    { databaseUrl: SECRET },
    'it is not the name that is secret, but a password in a URL',
  ),
  excluded('the key key', { key: SECRET }, ORDINARY),
  excluded('the key ssn', { ssn: SECRET }, ABOUT_PEOPLE),
  excluded('the key cardNumber', { cardNumber: SECRET }, ABOUT_PEOPLE),
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
