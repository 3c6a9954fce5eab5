"""What is kept about a patient, and who may see it.

Words: an *encounter* 诊疗活动 is one visit or consultation as the record knows it; a *care relationship* 诊疗关系 lets one
carer read one patient's records for a time; a *consent* 知情同意 names a versioned text; an *attachment* 附件 is a checked
file; a *note* 病历 is signed in *versions*; a *recording* 录像 has one *leg* per participant and connection; the *who-read
list* 查阅记录 is the patient's own.

Rules: B39 (records kept 15 years), B40 (dialogue and recordings kept 3 years, recording is a condition of video), B44
(amendments keep the original), B53 (informed consent), B55 (logs kept 180 days: foundation's log settings, not here), B56
(separate consent for sensitive personal data), and the hold on papers that B12 and B13 ask about.
"""
