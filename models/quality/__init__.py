"""Is it clean?"""
