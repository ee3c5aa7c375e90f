"""Is a clip clean over time?"""
