/** Device accounts and C-STORE peers of an institution. */
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

export type Device = components['schemas']['ImagingDeviceView']
export type DeviceToken = components['schemas']['ImagingDeviceTokenView']
export type Peer = components['schemas']['ImagingPeerView']
type NewDevice = components['schemas']['ImagingDeviceBody']
type NewPeer = components['schemas']['ImagingPeerBody']

export const useDevices = () =>
  useQuery({ queryKey: ['imaging-devices'], queryFn: () => got(api.GET('/api/imaging/devices')) })

export const usePeers = () =>
  useQuery({ queryKey: ['imaging-peers'], queryFn: () => got(api.GET('/api/imaging/peers')) })

const ofDevice = (device_id: string) => ({ params: { path: { device_id } } })

export const useAddDevice = () =>
  useAction(async (_key, body: NewDevice) => {
    const made = await got(api.POST('/api/imaging/devices', { body }))
    refetch(['imaging-devices'])
    return made
  })

export const useRenewDevice = () =>
  useAction(async (_key, id: string) => {
    const made = await got(api.POST('/api/imaging/devices/{device_id}/renew', ofDevice(id)))
    refetch(['imaging-devices'])
    return made
  })

export const useRevokeDevice = () =>
  useAction(async (key, id: string) => {
    const headers = { 'Idempotency-Key': key }
    const over = await got(api.POST('/api/imaging/devices/{device_id}/revoke', { ...ofDevice(id), headers }))
    refetch(['imaging-devices'])
    return over
  })

export const useAddPeer = () =>
  useAction(async (key, body: NewPeer) => {
    const made = await got(api.POST('/api/imaging/peers', { body, headers: { 'Idempotency-Key': key } }))
    refetch(['imaging-peers'])
    return made
  })

export const useEndPeer = () =>
  useAction(async (key, peer_id: string) => {
    await api.DELETE('/api/imaging/peers/{peer_id}', {
      params: { path: { peer_id } },
      headers: { 'Idempotency-Key': key },
    })
    refetch(['imaging-peers'])
    return true
  })
