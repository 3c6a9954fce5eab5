/** What a doctor does with a signed prescription. */
import { act, type Verb } from '../calls'
import { useAction } from '@/api/action'
import { put, refetch } from '@/api/queries'

export const useAct = (verb: Verb) =>
  useAction(async (key, id: string, body: object) => {
    const found = await act(key, id, verb, body)
    put(['prescription', id], found)
    refetch(['prescriptions'])
    return found
  })
