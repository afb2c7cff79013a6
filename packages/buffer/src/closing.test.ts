import { expect, test } from 'vitest'
import { Closing } from './index.ts'

test('the end is called once, and every call of close gets the same report, those from within the end too', async () => {
  const closing = new Closing<number>()
  expect(closing.report).toBe(undefined)
  let ends = 0
  const end = async (): Promise<number> => {
    ends++
    expect(closing.report).toBeDefined()
    void closing.close(end)
    return ends
  }
  const reports = [closing.close(end), closing.close(end)]
  expect(reports[0]).toBe(reports[1])
  expect(await Promise.all(reports)).toEqual([1, 1])
  expect(await closing.close(end)).toBe(1)
})
