export { exporterContract } from './exporter-contract.ts'
export type { ExporterCase, ExporterContractOptions } from './exporter-contract.ts'
export type { ExporterUnderTest } from './exporter-under-test.ts'
