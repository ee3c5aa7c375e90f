"""Does it loop?"""
