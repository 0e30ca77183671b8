import type { Model } from 'openai/resources/models'
import type { ModelProfile } from '../../common/contracts/model-profile.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { defaultProfile, visibleProfiles } from '../../common/settings/visible-profiles.ts'
import type { Asked } from './asked.ts'

type AskedModels = Pick<Asked, 'settings' | 'caller'>

/** The profiles a caller may use, as models. */
export const listModels = ({ settings, caller }: AskedModels): { readonly object: 'list'; readonly data: Model[] } => ({
  object: 'list',
  data: visibleProfiles(settings, caller).map(modelOf),
})

/** @throws HearthError `caller_model_unknown`, for those the caller may not use as well. */
export function findModel({ settings, caller }: AskedModels, id: string): Model {
  const profile = visibleProfiles(settings, caller).find(({ name }) => name === id)
  if (profile !== undefined) return modelOf(profile)
  throw new HearthError('caller_model_unknown', `There is no model "${id}"; GET /v1/models lists those you may use.`, {
    details: { param: 'model' },
  })
}

/** Who draws when no model is named: the caller's default if it does, else the first that does. */
export function defaultPainter({ settings, caller }: AskedModels): string | undefined {
  const own = defaultProfile(settings, caller)
  return [...(own === undefined ? [] : [own]), ...visibleProfiles(settings, caller)].find(draws)?.name
}

const draws = ({ modalities, image }: ModelProfile): boolean => modalities.includes('image') && image !== null

const modelOf = ({ name, created_at: createdAt }: ModelProfile): Model => ({
  id: name,
  object: 'model',
  created: Math.floor(createdAt / 1000),
  owned_by: 'hearth',
})
