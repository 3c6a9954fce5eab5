"""The ground that every capability stands on: who acts, one transaction per edge, keys, audit, jobs, problems.

Nothing here knows medicine, and nothing here reads settings: values are passed down by `server.app`.
"""
