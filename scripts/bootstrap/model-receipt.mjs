import { createHash } from 'node:crypto'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where the model lies is for the config loader to say, which Node 20 cannot run. So the fetch leaves a receipt: what the
 * settings were made of, and the file they led to (null: these settings want no model).
 * @typedef {object} Receipt
 * @property {string} environment hash of the variables, without the secret ones
 * @property {Readonly<Record<string, string>>} files time and size of each file of settings, by path; empty for one that is not there
 * @property {{ readonly path: string, readonly bytes: number } | null} model
 */

/**
 * Does the receipt fit the settings of now, and is the model still there?
 * @param {string} root
 */
export function hasModel(root) {
  const receipt = readReceipt(root)
  if (receipt === undefined || receipt.environment !== environmentHash()) return false
  if (Object.entries(receipt.files).some(([path, version]) => versionOf(path) !== version)) return false
  return receipt.model === null || statSync(receipt.model.path, { throwIfNoEntry: false })?.size === receipt.model.bytes
}

/**
 * @param {string} root
 * @param {readonly string[]} files every file of settings that was looked for
 * @param {Receipt['model']} model
 */
export function writeReceipt(root, files, model) {
  const versions = Object.fromEntries(files.map((path) => [path, versionOf(path)]))
  const half = `${receiptOf(root)}.${process.pid}`
  writeFileSync(half, JSON.stringify({ environment: environmentHash(), files: versions, model }))
  renameSync(half, receiptOf(root))
}

/**
 * @param {string} root
 * @returns {Receipt | undefined}
 */
function readReceipt(root) {
  const text = readText(receiptOf(root))
  return text === undefined ? undefined : JSON.parse(text)
}

/** @param {string} root */
function receiptOf(root) {
  return join(root, 'node_modules', '.hearth-model.json')
}

function environmentHash() {
  const ours = Object.entries(process.env).filter(([name]) => /^HEARTH_(?!.*TOKEN$)/.test(name))
  return createHash('sha256').update(JSON.stringify(ours.sort())).digest('hex')
}

/** @param {string} path */
function versionOf(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.mtimeMs} ${found.size}`
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
