import { describe, expect, test } from 'vitest'
import { errorRow } from '../../services/common/errors/error-table.ts'
import { scenarioOfModel, vendorFaults } from '../../services/common/testing/fake-vendor/scenario.ts'
import { cells, modelOf, vendors } from './fault-cells.ts'
import { faultTable } from './fault-table.ts'
import { matrixRows } from './matrix-rows.ts'

describe('the table of faults', () => {
  test('has every fault the fake vendor knows, and every status of the acceptance', () => {
    const scenarios = cells.map((cell) => scenarioOfModel(modelOf(cell, 'x')))
    expect(new Set(scenarios.flatMap(({ fault }) => fault ?? []))).toEqual(new Set(vendorFaults))
    expect(scenarios.flatMap(({ status }) => status ?? [])).toEqual([401, 402, 429, 500, 529])
  })

  test('has a row for every vendor and a cell for every fault in every phase', () => {
    expect(Object.keys(faultTable)).toEqual([...vendors])
    for (const row of Object.values(faultTable)) expect(Object.keys(row)).toEqual([...cells])
    const rows = matrixRows()
    expect(rows).toHaveLength(vendors.length * cells.length)
    expect(new Set(rows.map(({ profile }) => profile)).size).toBe(rows.length)
    expect(new Set(rows.map(({ model }) => model)).size).toBe(rows.length)
  })

  test.each(matrixRows())('$vendor $cell says what the table of errors says', ({ outcome }) => {
    if (outcome.code === 'none') return expect(outcome).toMatchObject({ http: 200, kept: 'everything' })
    const { http, retryable } = errorRow(outcome.code)
    expect([outcome.http, outcome.isRetryable]).toEqual([http, retryable])
  })
})
