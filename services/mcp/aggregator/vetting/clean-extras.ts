import type { Icon, Tool } from '@modelcontextprotocol/client'
import { hasHidden } from './clean-text.ts'

const maxMetaBytes = 8192
const maxIcons = 8
const maxIconBytes = 32 * 1024

/** What belongs to one hop, or says where something comes from, is ours to say. */
const reservedMeta = /^(?:hearth\/|(?:[^/]*\.)?(?:mcp|modelcontextprotocol)(?:\.[^/]*)?\/|progressToken$)/

/** `_meta` of others without reserved keys; left out when it is large or holds what nobody sees. */
export function cleanMeta(meta: Tool['_meta']): { readonly _meta?: NonNullable<Tool['_meta']> } {
  if (meta === undefined) return {}
  const kept = Object.fromEntries(Object.entries(meta).filter(([key]) => !reservedMeta.test(key)))
  const json = JSON.stringify(kept)
  return json === '{}' || json.length > maxMetaBytes || hasHidden(json) ? {} : { _meta: kept }
}

/** Pictures that a client can show without asking anybody in the clear. */
export function cleanIcons(icons: readonly Icon[] | undefined): { readonly icons?: Icon[] } {
  const kept = (icons ?? []).filter(({ src }) => /^(?:https:|data:image\/)/.test(src) && src.length <= maxIconBytes)
  return kept.length === 0 ? {} : { icons: kept.slice(0, maxIcons) }
}
