/** What the server says about meetings, under the names that pages use. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type Meeting = Schemas['MeetingView']
export type Attendee = Schemas['MeetingPersonView']
export type Kind = Attendee['kind']
export type Invited = Schemas['MeetingInvitationBody']
