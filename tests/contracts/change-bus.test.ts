import { MemoryBus } from '../../services/common/bus/memory-bus.ts'
import { changeBusContract } from './change-bus.contract.ts'

changeBusContract('in memory', async () => ({ bus: new MemoryBus(), close: async () => {} }))
