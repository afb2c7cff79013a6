import { expect, test } from 'vitest'

import { nameForModels } from './tool-names.ts'

test('a legal name is only prefixed, and other characters become _', () => {
  expect(nameForModels('', 'get_weather-2')).toBe('get_weather-2')
  expect(nameForModels('crm_', 'files.read/all')).toBe('crm_files_read_all')
  expect(nameForModels('', 'größe')).toBe('gr__e')
})

test('every name has at most 64 characters: a longer one is cut, and its hash keeps names apart', () => {
  expect(nameForModels('p_', 'x'.repeat(62))).toBe(`p_${'x'.repeat(62)}`)
  const [one, other] = ['a', 'b'].map((end) => nameForModels('p_', `${'x'.repeat(127)}${end}`))
  expect(one).toMatch(/^p_x{53}_[\da-f]{8}$/)
  expect(one).toHaveLength(64)
  expect(other).toHaveLength(64)
  expect(other).not.toBe(one)
  expect(nameForModels('p_', `${'x'.repeat(127)}a`)).toBe(one)
})
