"""Follow-up visits 复诊: preparation, waiting room, the doctor's reception, the gates before video, the call, the signed end.

Words: Visit 复诊, Reception 接诊 (a doctor's open door for one session), Party (in what capacity somebody has to do with a
visit), Stay (one unbroken time in the room). Rules: B01 B02 B04 B11-B14 B16 B40 B44 B53 B56 and visits-1 to visits-12.
What was said and written is kept by `records`; who may be in the room now is known to `signaling`.
"""
