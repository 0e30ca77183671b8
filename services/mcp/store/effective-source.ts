import type { ObjectMeta } from '../../common/contracts/resource.ts'
import type { SettingKind } from '../../common/contracts/settings.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { deepFreeze } from './deep-freeze.ts'
import type { EffectiveView } from './effective-objects.ts'
import type { SettingsLedger } from './settings-ledger.ts'

interface SourceDeps<Spec> {
  readonly kind: SettingKind
  readonly read: () => Promise<EffectiveView<Spec>>
  readonly ledger: Pick<SettingsLedger, 'revisionOf'>
  readonly log: Logger
}

/** The objects of one kind in force, read once per change of that kind and then served frozen from memory. */
export class EffectiveSource<Spec extends object> {
  readonly #deps: SourceDeps<Spec>
  #cached: { readonly revision: number; readonly objects: Promise<readonly (Spec & ObjectMeta)[]> } | undefined

  constructor(deps: SourceDeps<Spec>) {
    this.#deps = deps
  }

  /** By name. */
  async objects(): Promise<readonly (Spec & ObjectMeta)[]> {
    const revision = this.#deps.ledger.revisionOf([this.#deps.kind])
    if (this.#cached?.revision === revision) return await this.#cached.objects
    const objects = this.#read()
    this.#cached = { revision, objects }
    objects.catch(() => this.#forget(objects))
    return await objects
  }

  async #read(): Promise<readonly (Spec & ObjectMeta)[]> {
    const { kind, log, read } = this.#deps
    return deepFreeze(reportView(log, kind, await read()))
  }

  #forget(failed: Promise<unknown>): void {
    if (this.#cached?.objects === failed) this.#cached = undefined
  }
}

/** The objects of the view; what is left out of it is told. */
export function reportView<Spec>(
  log: Logger,
  kind: SettingKind,
  view: EffectiveView<Spec>,
): EffectiveView<Spec>['objects'] {
  for (const { name, origin } of view.bad)
    log.error({ kind, name, origin }, 'a stored object is not valid any more and is left out; write it anew')
  for (const { name, origin } of view.shadowed)
    log.warn({ kind, name, origin }, 'an object is not in force: another origin declares the same name')
  return view.objects
}
