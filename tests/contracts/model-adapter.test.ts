import { cutStreamContract, modelAdapterContract } from './model-adapter.contract.ts'
import { startDemoSubject, startOpenaiSubject } from './model-adapter-subjects.ts'

modelAdapterContract('demo in process', startDemoSubject)
modelAdapterContract('openai on the fake vendor, in process', startOpenaiSubject)
cutStreamContract('openai on the fake vendor, in process', startOpenaiSubject)
