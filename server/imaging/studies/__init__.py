"""Studies: what arrived (study, series, instance), who may see it, and its pictures for viewers.

Words: a *part* is one file as it came; ingesting gives each its outcome. A study is *arriving* until nothing more has come
for a minute, then *complete*, or *unmatched* while it has no patient. What of a header names the patient is sealed; files
lie in the archive. Rules: imaging-1 to imaging-5. Not here: how parts travel (dicomweb, listener, arrivals), orders, reports.
"""
