/** What a doctor does with a signed prescription. */
import { act, type Acts, type Verb } from '../calls'
import { useAction } from '@/api/action'
import { put, refetch } from '@/api/queries'

export const useAct = <V extends Verb>(verb: V) =>
  useAction(async (key, id: string, body: Acts[V]) => {
    const found = await act(verb, key, id, body)
    put(['prescription', id], found)
    refetch(['prescriptions'])
    return found
  })
