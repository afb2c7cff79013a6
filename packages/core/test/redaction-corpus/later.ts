import { REST, SECRET } from './form.ts'
import type { Form } from './form.ts'

// Forms that were made up to get past the redactor after it had been changed for the others. All of them count as seen.

const S = SECRET
const R = REST

const CONFIGURATION = [
  `password: >\n    ${S}\n    ${R}\nuser: x`,
  `spec:\n  password: |\n\n    ${S}\n  x: 1`,
  `password:\n  - |\n    ${S}\n  - x\ny: 1`,
  `auth:\n  username: bob\n  password: ${S}\nz: 1`,
  `"tokens": {\n  "a": "${S}"\n}`,
  `api_key: !Sub "${S}"`,
  `password: 'it''s ${S}'`,
  `password: "a\\"${S}"`,
  `password: ${S} # comment`,
  `password = ${S} ; comment`,
  `db.password=\\\n  ${S}`,
  `password="""${S}`,
  `password=b"${S}`,
  `password: Some(\n  "${S}"\n)`,
  `apiKey: Ok(Some("${S}"))`,
  `password: Arc::new("${S}")`,
  `password: Box("${S}")`,
  `password: Cow::Borrowed("${S}")`,
  `password: Redacted(${S})`,
  `token: <${S}>`,
  `token: "${S}"^^xsd:string`,
  `password: (${S})`,
  `password: [[${S}]]`,
  `password: {{ ${S} }}`,
  `password: \${{ ${S} }}`,
  `password: %{${S}}`,
  `password: :${S}`,
  `password: @${S}`,
  `password: *${S}*`,
  `password: ~${S}`,
  `password: !${S}`,
  `password: &${S}`,
  `password=!${S}`,
]

const LANGUAGES = [
  `password = <<"${S}">>`,
  `password = Left "${S}"`,
  `password: Just (Secret "${S}")`,
  `%{api_key: {:ok, "${S}"}}`,
  `password=${S}\\ ${R}`,
]

const JSON_TEXTS = [
  `headers: { cookie: [ "a=1; b=${S}" ] }`,
  `level=error body="{\\"secret\\":{\\"a\\":{\\"b\\":\\"${S}\\"}}}"`,
  `Authorization: AWS4-HMAC-SHA256\n  Credential=x,\n  Signature=${S}`,
  `{"password": {"hash": "${S}", "salt": "x"}}`,
  `{"password":"a","secret":["x",{"y":"${S}"}]}`,
  `[{"token":"${S}"},{"token":"${R}"}]`,
  `{'token': {'a': 'it\\'s', 'b': '${S}'}}`,
  `{"secret": {"a": "\\\\", "c": "${S}"}}`,
  `{"secret":"\\\\","c":1,"password":"${S}"}`,
  `body={\\"secret\\": {\\"a\\": \\"b\\", \\"c\\": \\"${S}\\"}}`,
  `"{\\"password\\":\\"a\\\\\\"${S}\\"}"`,
  `{"headers":{"Authorization":["Bearer ${S}"],"x":["y"]}}`,
  `{secret:{a:1,b:\`${S}\`}}`,
  `{"secret":{"a":"b"/*}*/,"c":"${S}"}}`,
  `credentials=[{user=bob,key=${S}}]`,
  `Credentials(user=bob, key=${S})`,
  `credentials: Credentials { user: "bob", key: "${S}" }`,
  `credentials: &main.Creds{User:"bob", Key:"${S}"}`,
]

const HEADERS = [
  `X-Api-Key: ${S}\n ${R}`,
  `Authorization: Bearer\n\t${S}`,
  `Proxy-Authorization: Basic ${S}\r\n  ${R}`,
  `Cookie: a=${S};\r\n\tb=${R}`,
  `"Authorization": "Bearer ${S}"`,
  `Authorization => Bearer ${S}`,
  `authorization: ["Token ${S}"]`,
  `-H "Authorization: Bearer ${S}" -H "X: y"`,
  `:authorization: ${S}`,
  `HTTP_AUTHORIZATION=Bearer ${S}`,
  `HTTP_COOKIE: sid=${S}; b=${R}`,
  `x-amz-security-token: ${S}`,
  `cookie: "sid=${S}; x=y"`,
]

const COMMANDS = [
  `PASSWORD=$(cat <<'EOF'\n${S}\nEOF\n)`,
  `password="$(op read op://${S})"`,
  `password=\${X:-"${S}"}`,
  `password=$((${S}))`,
  `password=<(echo ${S})`,
  `export PASSWORD="a"'${S}'`,
  `PASSWORD="a"\\\n"${S}"`,
  `password='a\\'${S}'`,
  `--password='${S} ${R}'`,
  `--password "it's ${S}"`,
  `--header "X-Api-Key: ${S}"`,
  `"--token" "${S}"`,
  `--api-key=$(echo ${S})`,
  `curl -u 'bob:${S} ${R}' x`,
  `curl --user=bob:${S} x`,
  `alter user bob with password '${S}'`,
  `SET PASSWORD FOR bob = '${S}'`,
  `password=N'it''s ${S}'`,
  `password = U&'${S}'`,
  `password = q'[${S}]'`,
  `password = X'${S}'`,
]

const NAMES = [
  `API key = "${S}"`,
  `api-key : '${S}'`,
  `Api Key:\n${S}`,
  `The API key: ${S}`,
  `Your secret access key: ${S}`,
  `webhook signing secret: ${S}`,
  `App password: ${S}`,
  `OTP code: ${S}`,
  `OPENAI KEY: ${S}`,
  `openai_key: ${S}`,
  `groqKey: '${S}'`,
  `GROQ_KEY=${S}`,
  `userPW=${S}`,
  `PW: ${S}`,
  `dbPw: ${S}`,
  `kms-key: ${S}`,
  `KMSKey=${S}`,
  `SSHKey: ${S}`,
  `sshPrivateKey=${S}`,
  `refreshTokenV2: "${S}"`,
  `refresh_token_v2=${S}`,
  `accessTokenV10=${S}`,
  `tokenV2Value=${S}`,
  `codeVerifier=${S}`,
  `CODE_VERIFIER=${S}`,
  `clientAssertion: ${S}`,
  `samlResponse=${S}`,
  `X-Functions-Key: ${S}`,
  `functionsKey=${S}`,
  `masterKey=${S}`,
  `secretKey1=${S}`,
  `apiKeyV2=${S}`,
  `api_key_prod=${S}`,
  `passwd2=${S}`,
  `pwd1=${S}`,
  `PASS=${S}`,
  `pgpass=${S}`,
  `userpass=${S}`,
  `user_pass: ${S}`,
  `sa_password=${S}`,
  `LANGSMITH_KEY=${S}`,
  `tavilyKey: ${S}`,
  `perplexityKey=${S}`,
  `nvidiaKey=${S}`,
  `xaiKey=${S}`,
  `huggingfaceKey=${S}`,
  `firecrawlKey=${S}`,
  `llmKey=${S}`,
  `providerKey=${S}`,
]

const PAIRS = [
  { parameterName: 'password', value: S },
  [{ Name: 'env', Properties: [{ Key: 'SECRET', Value: S }] }],
  `{ Key = "password", Value = "${S}" }`,
  `Key: password\nValue: ${S}`,
  `[{"Name":"DB_PASSWORD","Value":{"S":"${S}"}}]`,
  `<param name="password" value='${S}'/>`,
  `<setting name="ApiKey"><value>${S}</value></setting>`,
  `key=DB_PASSWORD value=${S}`,
  `{"key":"apiKey","enabled":true,"value":"${S}","x":1}`,
  `- key: password\n  value: |\n    ${S}`,
  `{"k":"password","v":"${S}"}`,
  `{"name":"x-api-key","in":"header","value":"${S}"}`,
  `{"Key":"password","Value":["${S}","${R}"]}`,
  `header: X-Api-Key\nvalue: ${S}`,
]

const ENDS = '& and ; end values in URLs and connection strings'
const EXCLUDED: readonly (readonly [given: unknown, reason: string])[] = [
  [`password=;${S}`, ENDS],
  [`password=&${S}`, ENDS],
  [`Some(Password("${S}"))`, 'a call: its name says what it does, not what its argument is'],
  [`apikey "${S}"`, 'a name without a sign behind it is a word of a sentence to a redactor'],
  [`read -p password <<< "${S}"`, 'a name without a sign behind it is a word of a sentence to a redactor'],
  [`pass: ${S}`, 'in "tests pass: 5" it is a verb; with quotes or = it is found'],
  [{ modelKey: S }, 'the name is used for ordinary values far more often'],
]

const formOf = (group: string, given: unknown): Form => {
  const shown = typeof given === 'string' ? given : JSON.stringify(given)
  const name = shown
    .replaceAll(S, '…')
    .replaceAll(R, '…')
    .replaceAll(/\s*[\r\n]+\s*/g, ' ⏎ ')
  return { group, name, given, secrets: [S, R].filter((secret) => shown.includes(secret)) }
}

export const LATER: readonly Form[] = [
  ...CONFIGURATION.map((given) => formOf('Configuration', given)),
  ...LANGUAGES.map((given) => formOf('Strings of programming languages', given)),
  ...JSON_TEXTS.map((given) => formOf('JSON in text', given)),
  ...HEADERS.map((given) => formOf('Headers', given)),
  ...COMMANDS.map((given) => formOf('Commands and SQL', given)),
  ...NAMES.map((given) => formOf('Names in text', given)),
  ...PAIRS.map((given) => formOf('Pairs of name and value', given)),
  ...EXCLUDED.map(([given, reason]) => ({ ...formOf('Other', given), excluded: reason })),
]
