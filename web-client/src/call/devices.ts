/**
 * Camera and microphone: asked for together, then one by one, and the call goes on with what there is. Without either a
 * person still sees and hears the others. What is missing is told with its cause, and can be tried again in place.
 */

export type DeviceKind = 'camera' | 'microphone'
export type DeviceTrouble = 'denied' | 'missing' | 'busy' | 'insecure' | 'failed'

export interface Devices {
  audio: MediaStreamTrack | undefined
  video: MediaStreamTrack | undefined
  trouble: Partial<Record<DeviceKind, DeviceTrouble>>
}

export interface DeviceChoice {
  microphoneId?: string
  cameraId?: string
}

const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
const PICTURE: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 360 },
  frameRate: { ideal: 15, max: 20 },
  facingMode: 'user',
}

/** Why a device could not be had, from what the browser raised. */
export function troubleOf(error: unknown): DeviceTrouble {
  const name = error instanceof DOMException || error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing'
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy'
  return 'failed'
}

function soundWanted(choice: DeviceChoice): MediaTrackConstraints {
  return choice.microphoneId ? { ...SOUND, deviceId: { ideal: choice.microphoneId } } : SOUND
}

function pictureWanted(choice: DeviceChoice): MediaTrackConstraints {
  if (!choice.cameraId) return PICTURE
  const { facingMode: _, ...rest } = PICTURE
  return { ...rest, deviceId: { ideal: choice.cameraId } }
}

type Media = Pick<MediaDevices, 'getUserMedia'>

/** Both devices, or whichever there is. Never raises. */
export async function acquire(
  choice: DeviceChoice = {},
  wanted: readonly DeviceKind[] = ['microphone', 'camera'],
  media: Media | undefined = globalThis.navigator?.mediaDevices as Media | undefined,
): Promise<Devices> {
  if (!media) {
    const trouble = Object.fromEntries(wanted.map((kind) => [kind, 'insecure' as const]))
    return { audio: undefined, video: undefined, trouble }
  }
  const audio = wanted.includes('microphone') ? soundWanted(choice) : false
  const video = wanted.includes('camera') ? pictureWanted(choice) : false
  if (audio && video) {
    try {
      const stream = await media.getUserMedia({ audio, video })
      return { audio: stream.getAudioTracks()[0], video: stream.getVideoTracks()[0], trouble: {} }
    } catch {
      // One of the two may still be had; each is asked for alone and tells its own cause.
    }
  }
  const found: Devices = { audio: undefined, video: undefined, trouble: {} }
  if (audio) {
    try {
      found.audio = (await media.getUserMedia({ audio })).getAudioTracks()[0]
    } catch (error) {
      found.trouble.microphone = troubleOf(error)
    }
  }
  if (video) {
    try {
      found.video = (await media.getUserMedia({ video })).getVideoTracks()[0]
    } catch (error) {
      found.trouble.camera = troubleOf(error)
    }
  }
  return found
}

export interface DeviceOption {
  id: string
  label: string
  kind: DeviceKind
}

/** The cameras and microphones that can be chosen; labels are known once a permission was given. */
export async function choices(): Promise<DeviceOption[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? []
  return all
    .filter((one) => (one.kind === 'audioinput' || one.kind === 'videoinput') && one.deviceId !== '')
    .map((one) => ({
      id: one.deviceId,
      label: one.label,
      kind: one.kind === 'audioinput' ? 'microphone' : 'camera',
    }))
}

export function release(devices: Pick<Devices, 'audio' | 'video'> | undefined): void {
  devices?.audio?.stop()
  devices?.video?.stop()
}
