import { describe, expect, test } from 'vitest'

import type { StoreCase } from '../src/suite.ts'

/** What is tested of the function that a contract is exported as. */
export interface CalledContract {
  readonly name: string
  readonly contract: (open: never, options?: never) => readonly StoreCase[]
  readonly code: string
  /** A store of the right kind. */
  readonly store: object
  /** The beginning of what the message calls a store: `a store with claim()`. */
  readonly kind: string
}

/** The contract refuses a wrong `open`, wrong options, and what `open` returns unless it is a store under test. */
export function testWrongCalls({ name, contract, code, store, kind }: CalledContract): void {
  const call = contract as unknown as (open?: unknown, options?: unknown) => readonly StoreCase[]
  const open = () => ({ store, advance: () => {} })

  describe('wrong calls are refused', () => {
    test.each([undefined, {}, 7, { nope: 1 }, store])('open: %o', (given) => {
      expect(() => call(given)).toThrow(
        expect.objectContaining({
          code,
          message: expect.stringContaining(`${name}(): open must be a function () => ({ store, advance }), not `),
        }),
      )
    })

    test.each<[options: unknown, message: string]>([
      [null, 'the options must be an object, not null.'],
      [7, 'the options must be an object, not 7.'],
      [{ nope: 1 }, 'unknown option "nope" (known: shortMs, timeoutMs).'],
      [{ shortMS: 1 }, 'unknown option "shortMS" (did you mean "shortMs"? known: shortMs, timeoutMs).'],
      [{ shortMs: '5' }, 'shortMs must be a whole number from 1, not "5".'],
      [{ shortMs: 0.5 }, 'shortMs must be a whole number from 1, not 0.5.'],
    ])('options: %o', (options, message) => {
      expect(() => call(open, options)).toThrow(expect.objectContaining({ code, message: `${name}(): ${message}` }))
    })

    test('open and options, in one error', () => {
      expect(() => call(undefined, { nope: 1 })).toThrow(/open must be .*; unknown option "nope"/)
    })

    test('an instance of a class that open returns may have other fields', async () => {
      class Opened {
        readonly pool = {}
        readonly store = store
        advance(): void {}
      }
      const [first] = call(() => new Opened())
      // The store is used then, and its clock stands still.
      const error = await first?.run().catch((thrown: unknown) => thrown)
      expect(error ?? {}).not.toMatchObject({ code })
    })

    test.each<[opened: unknown, message: string]>([
      [undefined, 'open() must be an object, not undefined.'],
      [7, 'open() must be an object, not 7.'],
      [{}, `open().store must be ${kind}`],
      [store, 'open().advance must be a function (ms) => void, not undefined'],
      [{ store: {}, advance() {} }, `open().store must be ${kind}`],
      [{ store, advance: 5 }, 'open().advance must be a function (ms) => void, not 5.'],
      [{ store, advance() {}, close: true }, 'open().close must be a function () => void, not true.'],
      [{ store, advance() {}, clsoe() {} }, 'unknown option "open().clsoe" (did you mean "close"?'],
    ])('what open returns: %o', async (opened, message) => {
      for (const given of [opened, Promise.resolve(opened)]) {
        const [first] = call(() => given)
        await expect(first?.run()).rejects.toMatchObject({
          code,
          message: expect.stringMatching(
            new RegExp(`^${name}\\(\\): .*Return both: ${name}\\(\\(\\) => \\(\\{ store, advance`),
          ),
        })
        await expect(first?.run()).rejects.toThrow(message)
      }
    })
  })
}
