import { expect, test } from 'vitest'

import { type Machine, findPrometheus } from './find-prometheus.ts'

const bare: Machine = {
  prometheus: undefined,
  path: [],
  isDebian: false,
  isRoot: true,
  run: () => Promise.reject(new Error('no program may run here')),
  say: () => {},
}

test('PROMETHEUS wins over the PATH', async () => {
  expect(await findPrometheus({ ...bare, prometheus: process.execPath })).toBe(process.execPath)
})

test.each([
  ['without a program', {}, 'The PATH has no prometheus.'],
  ['if PROMETHEUS is empty', { prometheus: '' }, 'The PATH has no prometheus.'],
  ['if PROMETHEUS is not a program', { prometheus: '/no/such' }, 'PROMETHEUS is "/no/such", which is not a program.'],
])('%s it fails, and says what to install or set', async (_, differs, why) => {
  const finding = findPrometheus({ ...bare, ...differs })
  await expect(finding).rejects.toThrow(why)
  await expect(finding).rejects.toThrow(/Set PROMETHEUS to the path.*apt-get install prometheus/)
})
