import { describe, expect, test } from 'vitest'

import { memoryStore } from '../index.ts'
import { randomSequences, StoreBench, storeCases } from '../suite.ts'

const bench = new StoreBench({ store: memoryStore(), advance() {} }, 5)

describe('authors of contracts get an error that names what is wrong', () => {
  test.each<[contract: unknown, message: string]>([
    [undefined, 'the options must be an object, not undefined.'],
    [{}, 'name must be a string that is not empty, not undefined; illegal must be '],
    [{ nope: 1 }, 'unknown option "nope" (known: name, illegal, store, rules, Bench, broken, subject).'],
    [{ Bench: 7 }, 'Bench must be a function that extends StoreBench, not 7'],
    [{ rules: 7 }, 'rules must be an object, not 7'],
    [{ store: {} }, 'store must be a rule, such as objectWith(…), not an object'],
  ])('storeCases(%o)', (contract, message) => {
    expect(() => storeCases(contract as never, () => ({ store: {}, advance() {} }), {})).toThrow(
      expect.objectContaining({ code: 'keyed-work/illegal-option', message: expect.stringContaining(message) }),
    )
  })

  test.each<[subject: unknown, message: string]>([
    [undefined, 'the options must be an object, not undefined.'],
    [{ store: 7, advance() {} }, 'store must be a store, not 7.'],
    [{ store: {} }, 'advance must be a function (ms) => void, not undefined.'],
    [{ store: {}, advance() {}, close: 7 }, 'close must be a function () => void, not 7.'],
  ])('new StoreBench(%o)', (subject, message) => {
    expect(() => new StoreBench(subject as never, 5)).toThrow(
      expect.objectContaining({ code: 'keyed-work/illegal-option', message: `new StoreBench(): ${message}` }),
    )
  })

  test.each<[sequences: unknown, message: string]>([
    [undefined, 'the options must be an object, not undefined.'],
    [{ model: 7, begin() {} }, 'model must be a function (clock) => ({ store, rule }), not 7.'],
    [{ model() {}, begin: {} }, 'begin must be a function (random, shortMs) => () => step, not an object.'],
    [{ model() {}, begin() {}, lives: 0 }, 'lives must be a whole number from 1, not 0.'],
    [{ model() {}, begin() {}, live: 1 }, 'unknown option "live" (did you mean "lives"? known: model, begin, lives).'],
  ])('randomSequences(bench, %o)', async (sequences, message) => {
    await expect(randomSequences(bench, sequences as never)).rejects.toMatchObject({
      code: 'keyed-work/illegal-option',
      message: `randomSequences(): ${message}`,
    })
  })
})
