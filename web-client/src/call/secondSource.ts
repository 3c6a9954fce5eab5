/**
 * Where a second picture comes from: the screen, or another camera, which an endoscope, an ultrasound or a document camera
 * is to the browser. Each in a size and pace that suits what it shows.
 */
import { choices, type DeviceOption } from './devices'
import type { Step } from './ladder'
import type { SecondSource } from '@/rt/messages'

type Media = Pick<MediaDevices, 'getUserMedia'> & Partial<Pick<MediaDevices, 'getDisplayMedia'>>

/** Letters stay sharp on a screen, movement stays smooth in a scope: the browser gives up the other one first. */
const HINT: Readonly<Record<SecondSource, string>> = { screen: 'detail', camera: 'motion' }
const SCREEN: MediaTrackConstraints = {
  width: { max: 1920 },
  height: { max: 1080 },
  frameRate: { ideal: 8, max: 15 },
}
const SCOPE: MediaTrackConstraints = {
  width: { ideal: 1280, max: 1920 },
  height: { ideal: 720, max: 1080 },
  frameRate: { ideal: 25, max: 30 },
}
const FULL: Readonly<Record<SecondSource, Step>> = {
  screen: { name: 'video-360', quality: 'good', maxBitrate: 1_200_000, scaleDownBy: 1, maxFramerate: 10 },
  camera: { name: 'video-360', quality: 'good', maxBitrate: 1_500_000, scaleDownBy: 1, maxFramerate: 25 },
}
const ON_A_WEAK_LINE = 250_000

/** What to send of it, by how far down the ladder the call is: sound and faces go on beside it. */
export function stepOf(source: SecondSource, call: Step): Step {
  const full = FULL[source]
  return call.quality === 'good' ? full : { ...full, maxBitrate: ON_A_WEAK_LINE }
}

/** Phones cannot. */
export function mayShareScreen(media: Media | undefined = globalThis.navigator?.mediaDevices): boolean {
  return typeof media?.getDisplayMedia === 'function'
}

/** The cameras besides the one that shows the face. */
export async function otherCameras(face: MediaStreamTrack | undefined): Promise<DeviceOption[]> {
  const used = face?.getSettings?.().deviceId
  return (await choices()).filter((one) => one.kind === 'camera' && one.id !== used)
}

/** The picture of a screen, or of this camera. Raises what the browser raises. */
export async function openSource(
  source: SecondSource,
  cameraId?: string,
  media: Media = navigator.mediaDevices,
): Promise<MediaStreamTrack | undefined> {
  const stream =
    source === 'screen'
      ? await media.getDisplayMedia?.({ video: SCREEN, audio: false })
      : await media.getUserMedia({ video: { ...SCOPE, deviceId: { exact: cameraId ?? '' } } })
  const track = stream?.getVideoTracks()[0]
  if (track) track.contentHint = HINT[source]
  return track
}
