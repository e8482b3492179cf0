"""What the assistant understands: normalisation, meaning, aspect, register and entities of a citizen's
sentence.
"""
