import { expect, test } from 'vitest'

import { namesOf, wordsOf } from './naming.ts'
import { UsageError } from './usage-error.ts'

test.each([
  ['interceptor', 'quota', 'stageflow-interceptor-quota', 'quota'],
  ['interceptor', 'stageflow-interceptor-token-quota', 'stageflow-interceptor-token-quota', 'token-quota'],
  ['interceptor', 'stageflow-quota', 'stageflow-quota', 'quota'],
  ['sink', 'line-sink', 'stageflow-sink-line', 'line'],
  ['exporter', 'exporter-table', 'stageflow-exporter-table', 'table'],
  ['store', '@acme/stageflow-orders', '@acme/stageflow-orders', 'orders'],
  ['store', '@acme/orders', '@acme/stageflow-store-orders', 'orders'],
  ['app', 'my-app', 'my-app', 'my-app'],
  ['app', '@acme/stageflow-shop', '@acme/stageflow-shop', 'stageflow-shop'],
] as const)('%s %s is the package %s and is called %s', (kind, given, packageName, name) => {
  expect(namesOf(kind, given)).toEqual({ packageName, folder: packageName.replace(/^@.*\//, ''), name })
})

test.each([
  ['interceptor', 'TokenQuota', 'The name "TokenQuota" must be in kebab-case: did you mean "token-quota"?'],
  ['interceptor', 'token_quota', 'The name "token_quota" must be in kebab-case: did you mean "token-quota"?'],
  ['app', 'été', 'The name "été" must be in kebab-case: did you mean "ete"?'],
  ['app', 'Über_Café', 'The name "Über_Café" must be in kebab-case: did you mean "uber-cafe"?'],
  ['app', 'straße', 'The name "straße" must be in kebab-case, such as token-quota.'],
  ['app', '東京-app', 'The name "東京-app" must be in kebab-case, such as token-quota.'],
  ['app', '2fa', 'The name "2fa" must be in kebab-case, such as token-quota.'],
  ['app', '../out', 'The name "../out" must be in kebab-case, such as token-quota.'],
  ['app', '.', 'The name "." must be in kebab-case, such as token-quota.'],
  ['app', '', 'The name "" must be in kebab-case, such as token-quota.'],
  ['app', 'a'.repeat(101), `The name "${'a'.repeat(101)}" is longer than 100 characters.`],
  ['sink', 'sink', 'The name "sink" says only what it is. Add what it does: stageflow-sink-quota.'],
  ['sink', 'stageflow-sink', 'The name "stageflow-sink" says only what it is. Add what it does: stageflow-sink-quota.'],
] as const)('%s "%s" is refused', (kind, given, message) => {
  expect(() => namesOf(kind, given)).toThrow(new UsageError(message))
})

test('the words of code follow from a name', () => {
  expect(wordsOf('token-quota-2')).toEqual({ camel: 'tokenQuota2', pascal: 'TokenQuota2', upper: 'TOKEN_QUOTA_2' })
})
