import { z } from 'zod'
import { roles } from './principal.ts'
import { type ObjectMeta, resourceName } from './resource.ts'

const property = z.string().min(1).max(64)

/** A device of the home as people declared it: config.yaml `devices.<name>`, REST body, custom resource spec. */
export const deviceSpec = z.strictObject({
  adapter: z.enum(['zigbee', 'demo']).describe('Which adapter reaches it'),
  connection: z
    .string()
    .min(1)
    .max(64)
    .default('default')
    .describe("Which of the adapter's connections; for zigbee a base topic"),
  address: z.string().min(1).max(256).describe('Its address there, such as 0x00124b0012345678'),
  area: resourceName.nullable().default(null).describe('Room or place'),
  aliases: z.array(z.string().min(1).max(128)).max(32).default([]).describe('Other names people call it'),
  exposure: z
    .strictObject({
      models: z.array(property).max(100).default([]).describe('Properties a model may see and steer'),
      guests: z.array(property).max(100).default([]).describe('Properties guests may see and steer'),
    })
    .prefault({})
    .describe('Nothing listed: nobody but members and admins'),
  risk: z
    .enum(['observe', 'comfort', 'caution', 'secure', 'admin'])
    .default('comfort')
    .describe('How careful commands must be'),
  limits: z.record(z.string(), z.json()).default({}).describe('Per property {min, max}, and changes_per_minute'),
  approval: z
    .strictObject({
      for: z.array(property).max(100).default([]).describe('Properties whose commands wait for a person'),
      approvers: z
        .array(z.union([resourceName, z.enum(roles)]))
        .max(100)
        .default([])
        .describe('Users or roles that may say yes'),
    })
    .prefault({})
    .describe('Who must agree before a command is sent'),
})

export type DeviceSpec = z.output<typeof deviceSpec>
export type Device = DeviceSpec & ObjectMeta
