def triage(o): pass
