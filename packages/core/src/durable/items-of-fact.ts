import { isObject } from '../base/check.ts'
import type { MapRecord, Usage } from '../contract/results.ts'
import { MapFacts } from '../report/map-facts.ts'

/** The items of a map that one call carried out in an earlier leg: only their record and the data of the map are left. */
export class ItemsOfFact extends MapFacts {
  readonly #record: MapRecord
  readonly #data: unknown

  constructor(record: MapRecord, data: unknown) {
    super(false, false)
    this.#record = record
    this.#data = data
  }

  override record(): MapRecord {
    return this.#record
  }
  override get used(): Usage | undefined {
    return this.#record.usage
  }
  override data(): readonly unknown[] {
    const items = isObject(this.#data) ? this.#data['items'] : undefined
    return Array.isArray(items) ? items : []
  }
}
