"""远程会诊: requests from one institution to another on behalf of a patient, from the first draft to how the advice was used.

Words: a request is *made* (draft), *consented* to by the patient's side (B47), *submitted* under an agreement with what
B48 asks for, *answered* by a dispatcher of the serving side within its clock (B49, B52), *scheduled* with experts (B03),
held, *reported*, *signed* (B50), *delivered* and *closed*. What happens in the meeting and its opinions live in
`consultations/meetings`, which takes the steps begin, conclude, sign, deliver and close through `steps.take`.
Rules: B03, B46-B50, B52, remote-1 to remote-9.
"""
